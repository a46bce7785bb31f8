import type { CoverageRow, PartitionRow } from './facts.ts';

const EXAMPLES = 5;

/** "23 of 25 have a model; 2 too small": partitions by status and reason, with a few names each. */
export class CoverageTally {
  readonly #rows = new Map<string, { row: CoverageRow; examples: string[] }>();

  add({ status, reason, name }: PartitionRow): void {
    const id = `${status} ${reason ?? ''}`;
    const before = this.#rows.get(id);
    const examples = before?.examples ?? [];
    if (examples.length < EXAMPLES) examples.push(name);
    const count = (before?.row.count ?? 0) + 1;
    this.#rows.set(id, {
      row: { status, reason: reason as CoverageRow['reason'], count, examples },
      examples,
    });
  }

  rows(): readonly CoverageRow[] {
    return [...this.#rows.values()].map(({ row }) => row).sort((a, b) => b.count - a.count);
  }
}
