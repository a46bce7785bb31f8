import type { Metric } from '../../domain/metric.ts';
import { adjustPValues } from '../../estimators/compare.ts';
import { compareIndependent, type ScoreChange } from '../../estimators/independent-scores.ts';
import type { SideScores } from '../facts.ts';
import type { ColumnDrift, JudgedColumn, NewScore } from './drift-facts.ts';

/** What counts as drift. */
export type DriftLimits = {
  /** Share of false alarms among all columns of all partitions that are called drifted. */
  readonly rate: number;
  /** Smaller stability indices are no drift, however sure they are. */
  readonly psi: number;
};

/** Unless told otherwise. */
export const DRIFT_LIMITS: DriftLimits = { rate: 0.05, psi: 0.1 };

/**
 * Which columns have drifted: by more than chance explains, corrected for all tests of all partitions (Benjamini and
 * Hochberg 1995), and by enough to matter. Tests that could tell nothing, such as of missing values where none are, are
 * no tests. In the order given.
 */
export function judgeColumns(
  partitions: readonly (readonly ColumnDrift[])[],
  { rate, psi }: DriftLimits,
): readonly (readonly JudgedColumn[])[] {
  const pValuesOf = ({ pValue, missing }: ColumnDrift) =>
    [pValue, missing.pValue].filter((value) => value !== null);
  const adjusted = adjustPValues(partitions.flat().flatMap(pValuesOf));
  let next = 0;
  return partitions.map((columns) =>
    columns.map((column) => {
      const qValues = pValuesOf(column).map(() => adjusted[next++] as number);
      const qValue = qValues.length === 0 ? null : Math.min(...qValues);
      const isDrifted = qValue !== null && qValue <= rate && (column.psi ?? 0) >= psi;
      return { ...column, qValue, isDrifted };
    }),
  );
}

/** Tests that the correction counts. */
export function testCount(partitions: readonly (readonly ColumnDrift[])[]): number {
  return partitions
    .flat()
    .reduce(
      (sum, { pValue, missing }) => sum + Number(pValue !== null) + Number(missing.pValue !== null),
      0,
    );
}

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

/** The same correction over the partitions whose model was scored. */
export function judgeScores(
  metric: Metric,
  partitions: readonly ({ readonly current: NewScore; readonly holdout: HeldOut | null } | null)[],
  { rate }: DriftLimits,
): readonly (JudgedScore | null)[] {
  const changes = partitions.map((one) => one && changeOf(metric, one.current, one.holdout));
  const adjusted = adjustPValues(changes.flatMap((change) => change?.pValue ?? []));
  let next = 0;
  return partitions.map((one, i) => {
    if (one === null) return null;
    const found = changes[i] ?? null;
    const change = found && { ...found, qValue: adjusted[next++] as number };
    return { ...one.current, holdout: one.holdout, change, verdict: verdictOf(change, rate) };
  });
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
