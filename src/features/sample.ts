/** Finite numbers, at least one, sorted when a rule first asks for it: most rules of most columns never do. */
export class Sample {
  readonly values: Float64Array;
  #sorted: Float64Array | undefined;

  constructor(values: Float64Array) {
    this.values = values;
  }

  /** Ascending. */
  get sorted(): Float64Array {
    this.#sorted ??= this.values.slice().sort();
    return this.#sorted;
  }
}
