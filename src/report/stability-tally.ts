import type { SelectionFacts } from '../partition/selection-facts.ts';

/** In what share of the partitions' folds a column was kept: the mean over the partitions that had it. */
export class StabilityTally {
  readonly #sums = new Map<string, { share: number; partitions: number }>();

  add({ stability }: SelectionFacts): void {
    for (const { column, share } of stability) {
      const sum = this.#sums.get(column) ?? { share: 0, partitions: 0 };
      this.#sums.set(column, { share: sum.share + share, partitions: sum.partitions + 1 });
    }
  }

  rows(limit: number): readonly { readonly column: string; readonly share: number }[] {
    return [...this.#sums]
      .map(([column, { share, partitions }]) => ({ column, share: share / partitions }))
      .sort((a, b) => b.share - a.share || (a.column < b.column ? -1 : 1))
      .slice(0, limit);
  }
}
