type Entry<Value> = {
  readonly value: Promise<Value>;
  /** Who has it now. */
  users: number;
  isOver: boolean;
};

/** What is lent, and how it is made where nobody has asked for it lately. */
export type Wanted<Value> = { readonly key: string; readonly make: () => Promise<Value> };

/**
 * The values that were asked for last, up to `limit`; making one is shared by all who ask meanwhile. Values are lent: one
 * that had to go is dropped when nobody has it any more.
 */
export class Recent<Value> {
  readonly #limit: number;
  readonly #drop: (value: Value) => void;
  readonly #entries = new Map<string, Entry<Value>>();

  /** `drop`: told, once, of a value that had to go. */
  constructor(limit: number, drop: (value: Value) => void = () => undefined) {
    this.#limit = limit;
    this.#drop = drop;
  }

  /** All of them together, for as long as `use` takes. A value that can't be made is not kept. */
  async lend<Result>(
    wanted: readonly Wanted<Value>[],
    use: (values: readonly Value[]) => Result | Promise<Result>,
  ): Promise<Result> {
    const entries = wanted.map((one) => this.#take(one));
    try {
      return await use(await Promise.all(entries.map(({ value }) => value)));
    } finally {
      for (const entry of entries) this.#giveBack(entry);
    }
  }

  #take({ key, make }: Wanted<Value>): Entry<Value> {
    const known = this.#entries.get(key);
    const entry = known ?? { value: make(), users: 0, isOver: false };
    entry.users++;
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (known !== undefined) return known;
    entry.value.catch(() => {
      if (this.#entries.get(key) === entry) this.#entries.delete(key);
    });
    this.#endOldest();
    return entry;
  }

  #endOldest(): void {
    const [oldest] = this.#entries;
    if (this.#entries.size <= this.#limit || oldest === undefined) return;
    const [key, entry] = oldest;
    this.#entries.delete(key);
    entry.isOver = true;
    this.#dropUnused(entry);
  }

  #giveBack(entry: Entry<Value>): void {
    entry.users--;
    this.#dropUnused(entry);
  }

  #dropUnused({ value, users, isOver }: Entry<Value>): void {
    if (isOver && users === 0) value.then(this.#drop, () => undefined);
  }
}
