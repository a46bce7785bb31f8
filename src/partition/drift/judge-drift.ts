import type { Metric } from '../../domain/metric.ts';
import { FalseDiscovery } from '../../estimators/false-discovery.ts';
import { compareIndependent, type ScoreChange } from '../../estimators/independent-scores.ts';
import type { SideScores } from '../evaluate-facts.ts';
import type { ColumnDrift, DriftFacts, JudgedColumn, NewScore } from './drift-facts.ts';

/** What counts as drift. */
export type DriftLimits = {
  /** Share of false alarms among all columns of all partitions that are called drifted. */
  readonly rate: number;
  /** Smaller stability indices are no drift, however sure they are. */
  readonly psi: number;
};

/** Unless told otherwise. */
export const DRIFT_LIMITS: DriftLimits = { rate: 0.05, psi: 0.1 };

/** What a run's holdout said of who answers for a partition. */
export type HeldOut = Pick<SideScores, 'holdout' | 'holdoutInterval' | 'holdoutRows'>;

/** The chosen model on new rows, against its holdout. */
export type JudgedScore = NewScore & {
  /** Null for a partition that training has not seen. */
  readonly holdout: HeldOut | null;
  /** New minus holdout, positive = better; null where one of them is missing. */
  readonly change: (ScoreChange & { readonly qValue: number }) | null;
  readonly verdict: 'worse' | 'better' | 'same' | null;
};

/** What was found of a partition; `holdout`: of who answers for it. */
export type Found = Pick<DriftFacts, 'columns' | 'score'> & { readonly holdout: HeldOut | null };

export type Judged = {
  readonly columns: readonly JudgedColumn[];
  readonly score: JudgedScore | null;
};

/**
 * Which columns have drifted, and whose score has changed: by more than chance explains, corrected for all tests of all
 * partitions (Benjamini and Hochberg 1995; scores are a family of their own), and columns by enough to matter. Every
 * partition is counted once before any is judged: what is kept meanwhile is its p-values.
 */
export class DriftJudge {
  readonly #metric: Metric;
  readonly #limits: DriftLimits;
  readonly #ofColumns = new FalseDiscovery();
  readonly #ofScores = new FalseDiscovery();

  constructor(metric: Metric, limits: DriftLimits) {
    this.#metric = metric;
    this.#limits = limits;
  }

  /** Of columns: those that could tell nothing, such as of missing values where none are, are no tests. */
  get tests(): number {
    return this.#ofColumns.tests;
  }

  count({ columns, score, holdout }: Found): void {
    for (const column of columns)
      for (const pValue of pValuesOf(column)) this.#ofColumns.count(pValue);
    const change = score && changeOf(this.#metric, score, holdout);
    if (change !== null) this.#ofScores.count(change.pValue);
  }

  judge({ columns, score, holdout }: Found): Judged {
    return {
      columns: columns.map((column) => this.#judgeColumn(column)),
      score: score && this.#judgeScore(score, holdout),
    };
  }

  #judgeColumn(column: ColumnDrift): JudgedColumn {
    const { rate, psi } = this.#limits;
    const qValues = pValuesOf(column).map((pValue) => this.#ofColumns.rateOf(pValue));
    const qValue = qValues.length === 0 ? null : Math.min(...qValues);
    const isDrifted = qValue !== null && qValue <= rate && (column.psi ?? 0) >= psi;
    return { ...column, qValue, isDrifted };
  }

  #judgeScore(current: NewScore, holdout: HeldOut | null): JudgedScore {
    const found = changeOf(this.#metric, current, holdout);
    const change = found && { ...found, qValue: this.#ofScores.rateOf(found.pValue) };
    return { ...current, holdout, change, verdict: verdictOf(change, this.#limits.rate) };
  }
}

/** A column that moved, or a model that got worse. */
export function hasDrifted({ columns, score }: Judged): boolean {
  return columns.some(({ isDrifted }) => isDrifted) || score?.verdict === 'worse';
}

function pValuesOf({ pValue, missing }: ColumnDrift): readonly number[] {
  return [pValue, missing.pValue].filter((value) => value !== null);
}

function changeOf(metric: Metric, current: NewScore, holdout: HeldOut | null): ScoreChange | null {
  const { score, interval } = current;
  if (holdout === null || score.value === null || interval === null) return null;
  if (holdout.holdout.value === null || holdout.holdoutInterval === null) return null;
  return compareIndependent(
    metric,
    { value: holdout.holdout.value, interval: holdout.holdoutInterval },
    { value: score.value, interval },
  );
}

function verdictOf(
  change: { readonly difference: number; readonly qValue: number } | null,
  rate: number,
): JudgedScore['verdict'] {
  if (change === null) return null;
  if (change.qValue > rate) return 'same';
  return change.difference < 0 ? 'worse' : 'better';
}
