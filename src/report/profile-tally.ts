import type { ProfileFacts } from '../partition/facts.ts';
import type { ColumnSummary, DataFacts } from './facts.ts';

type Sum = {
  kind: string;
  missing: number;
  min: number | null;
  max: number | null;
  total: number;
  present: number;
  distinct: [number, number];
};

/** The data profile of the whole table, added up from the partitions' (never an average of averages). */
export class ProfileTally {
  readonly #columns = new Map<string, Sum>();
  readonly #excluded = new Map<string, number>();

  add(profile: ProfileFacts): void {
    for (const column of profile.columns) {
      const sum = this.#columns.get(column.name) ?? emptySum(column.kind);
      const present = profile.rows - column.missing;
      sum.missing += column.missing;
      sum.min = extreme(Math.min, sum.min, column.min);
      sum.max = extreme(Math.max, sum.max, column.max);
      if (column.mean !== null) sum.total += column.mean * present;
      sum.present += present;
      sum.distinct = [
        Math.min(sum.distinct[0], column.distinct),
        Math.max(sum.distinct[1], column.distinct),
      ];
      this.#columns.set(column.name, sum);
    }
    for (const [reason, rows] of Object.entries(profile.split.excluded))
      this.#exclude(reason, rows);
  }

  columns(): readonly ColumnSummary[] {
    return [...this.#columns].map(
      ([name, { kind, missing, min, max, total, present, distinct }]) => ({
        name,
        kind,
        missing,
        min,
        max,
        mean: kind === 'number' && present > 0 ? total / present : null,
        distinct,
      }),
    );
  }

  excluded(bySource: { readonly [reason: string]: number }): DataFacts['excluded'] {
    const all = new Map(this.#excluded);
    for (const [reason, rows] of Object.entries(bySource))
      all.set(reason, (all.get(reason) ?? 0) + rows);
    return [...all].filter(([, rows]) => rows > 0).map(([reason, rows]) => ({ reason, rows }));
  }

  #exclude(reason: string, rows: number): void {
    this.#excluded.set(reason, (this.#excluded.get(reason) ?? 0) + rows);
  }
}

function emptySum(kind: string): Sum {
  return {
    kind,
    missing: 0,
    min: null,
    max: null,
    total: 0,
    present: 0,
    distinct: [Number.POSITIVE_INFINITY, 0],
  };
}

function extreme(
  pick: (a: number, b: number) => number,
  a: number | null,
  b: number | null,
): number | null {
  if (a === null || b === null) return a ?? b;
  return pick(a, b);
}
