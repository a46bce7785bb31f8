/** Rows by a word. */
export class RowTally {
  readonly #counts = new Map<string, number>();

  add(word: string, rows: number): void {
    this.#counts.set(word, (this.#counts.get(word) ?? 0) + rows);
  }

  isEmpty(): boolean {
    return this.#counts.size === 0;
  }

  /** In the order of their coming. */
  get counts(): { readonly [word: string]: number } {
    return Object.fromEntries(this.#counts);
  }
}
