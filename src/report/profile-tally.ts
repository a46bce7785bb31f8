import type { ProfileFacts } from '../partition/profile-facts.ts';
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

const SHOWN_CLASSES = 20;

/** The data profile of the whole table, added up from the partitions' (never an average of averages). */
export class ProfileTally {
  readonly #columns = new Map<string, Sum>();
  readonly #excluded = new Map<string, number>();
  readonly #classes = new Map<string, number>();
  readonly #split = { crossValidated: 0, trainingOnly: 0, holdout: 0 };

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
    const { split, target } = profile;
    for (const [reason, rows] of Object.entries(split.excluded))
      addTo(this.#excluded, reason, rows);
    for (const { label, count } of target.classes) addTo(this.#classes, label, count);
    this.#split.crossValidated += split.folds.reduce((sum, rows) => sum + rows, 0);
    this.#split.trainingOnly += split.trainingOnly;
    this.#split.holdout += split.holdout;
  }

  split(): DataFacts['split'] {
    return { ...this.#split };
  }

  classes(): DataFacts['classes'] {
    return [...this.#classes]
      .map(([label, rows]) => ({ label, rows }))
      .sort((a, b) => b.rows - a.rows || (a.label < b.label ? -1 : 1))
      .slice(0, SHOWN_CLASSES);
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
    for (const [reason, rows] of Object.entries(bySource)) addTo(all, reason, rows);
    return [...all].filter(([, rows]) => rows > 0).map(([reason, rows]) => ({ reason, rows }));
  }
}

function addTo(counts: Map<string, number>, name: string, rows: number): void {
  counts.set(name, (counts.get(name) ?? 0) + rows);
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
