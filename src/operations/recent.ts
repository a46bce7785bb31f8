/** The values that were asked for last, up to `limit`; making one is shared by all who ask meanwhile. */
export class Recent<Value> {
  readonly #limit: number;
  readonly #drop: (value: Value) => void;
  readonly #values = new Map<string, Promise<Value>>();

  /** `drop`: told of a value that had to go. */
  constructor(limit: number, drop: (value: Value) => void = () => undefined) {
    this.#limit = limit;
    this.#drop = drop;
  }

  /** A failure is not kept. */
  get(key: string, make: () => Promise<Value>): Promise<Value> {
    const known = this.#values.get(key);
    const value = known ?? make();
    this.#values.delete(key);
    this.#values.set(key, value);
    if (known !== undefined) return known;
    value.catch(() => this.#values.delete(key));
    this.#dropOldest();
    return value;
  }

  #dropOldest(): void {
    const [oldest] = this.#values;
    if (this.#values.size <= this.#limit || oldest === undefined) return;
    this.#values.delete(oldest[0]);
    oldest[1].then(this.#drop, () => undefined);
  }
}
