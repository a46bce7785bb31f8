import type { Estimator, Target } from '../../estimators/estimator.ts';
import { randomForest } from '../../estimators/random-forest.ts';
import { type Column, type Frame, requireColumn, takeNumbers } from '../../frame/frame.ts';
import type { SelectedColumns } from '../../partition/selection-facts.ts';
import type { Handle, RANKING_METHODS, Select, THRESHOLD_METHODS } from '../../spec/features.ts';
import { fitHandling } from '../handle/fit-handling.ts';
import { missingAt } from '../missing-values.ts';
import { takeTarget } from '../take-target.ts';
import { rankByAnova } from './anova.ts';
import { rankByChiSquare } from './chi-square.ts';
import { judgeCorrelation } from './correlation.ts';
import { rankByImportance } from './importance.ts';
import { rankByL1 } from './l1.ts';
import { judgeMissingRate } from './missing-rate.ts';
import { rankByMutualInformation } from './mutual-information.ts';
import { rankByElimination } from './recursive-elimination.ts';
import type { Judgement, Ranking, SelectionData } from './selection-data.ts';
import { judgeVariance } from './variance.ts';

export type SelectOptions = {
  readonly seed: bigint;
  /** One per row of the frame; only methods that fit a model look at them. */
  readonly weights?: Float64Array | undefined;
  /** Whose importances count for `importance` and `recursive_elimination`; default: a random forest. */
  readonly estimator?: Estimator;
  readonly stop?: Int32Array;
};

type RankingMethod = (typeof RANKING_METHODS)[number];
type ThresholdMethod = (typeof THRESHOLD_METHODS)[number];

const RANKINGS: { readonly [method in RankingMethod]: Ranking } = {
  mutual_information: rankByMutualInformation,
  anova: rankByAnova,
  chi_square: rankByChiSquare,
  l1: rankByL1,
  importance: rankByImportance,
  recursive_elimination: rankByElimination,
};

/** With the threshold that holds when the spec names none. */
const JUDGEMENTS: {
  readonly [method in ThresholdMethod]: { readonly judge: Judgement; readonly threshold: number };
} = {
  variance: { judge: judgeVariance, threshold: 0 },
  missing_rate: { judge: judgeMissingRate, threshold: 0.5 },
  correlation: { judge: judgeCorrelation, threshold: 0.95 },
};

const NEUTRAL: Handle = {
  missing: 'median',
  outliers: 'none',
  encode: 'ordinal',
  scale: 'none',
  imbalance: 'none',
  columns: {},
};

/**
 * Chooses columns by the training rows alone, after one fixed handling (median, ordinal codes). Ranking methods keep
 * `select.keep` columns, by default half of them, rounded up; ties go to the earlier column. At least one column stays.
 */
export function selectColumns(
  frame: Frame,
  columns: readonly string[],
  target: Target,
  rows: Int32Array,
  select: Select,
  options: SelectOptions,
): SelectedColumns {
  const { method } = select;
  if (method === 'none' || columns.length === 0) return { method, kept: columns, dropped: [] };
  const data = selectionData({ frame, columns, target, rows }, options);
  const choice = isRankingMethod(method)
    ? chooseByRank(data, method, select.keep)
    : chooseByThreshold(data, method, select.threshold);
  return { method, ...choice };
}

function isRankingMethod(method: RankingMethod | ThresholdMethod): method is RankingMethod {
  return method in RANKINGS;
}

type Choice = Omit<SelectedColumns, 'method'>;

function chooseByRank(data: SelectionData, method: RankingMethod, keep?: number): Choice {
  const { columns } = data;
  const wanted = Math.min(columns.length, keep ?? Math.ceil(columns.length / 2));
  const scores = RANKINGS[method](data, wanted);
  const scoreOf = (column: number) => {
    const score = scores[column] as number;
    return Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score;
  };
  // The difference of two infinities is NaN: compared, not subtracted.
  const order = columns
    .map((_, i) => i)
    .sort((a, b) => (scoreOf(a) === scoreOf(b) ? a - b : scoreOf(a) > scoreOf(b) ? -1 : 1));
  const kept = new Set(order.slice(0, wanted));
  return {
    kept: columns.filter((_, i) => kept.has(i)),
    dropped: order.slice(wanted).map((i, place) => ({
      column: columns[i] as string,
      because: `rank ${wanted + place + 1} of ${columns.length} by ${method}; ${wanted} kept`,
      score: finiteOrNull(scores[i] as number),
    })),
  };
}

function chooseByThreshold(data: SelectionData, method: ThresholdMethod, asked?: number): Choice {
  const { columns } = data;
  const { judge, threshold } = JUDGEMENTS[method];
  const verdicts = judge(data, asked ?? threshold);
  const isEveryOneDropped = verdicts.every(({ dropped }) => dropped !== undefined);
  const stays = (i: number) => verdicts[i]?.dropped === undefined || (isEveryOneDropped && i === 0);
  return {
    kept: columns.filter((_, i) => stays(i)),
    dropped: columns.flatMap((column, i) => {
      const because = verdicts[i]?.dropped;
      if (stays(i) || because === undefined) return [];
      return [{ column, because, score: finiteOrNull(verdicts[i]?.score ?? Number.NaN) }];
    }),
  };
}

function selectionData(
  source: Pick<Parameters<typeof fitHandling>[0], 'frame' | 'columns' | 'target' | 'rows'>,
  { seed, weights, estimator = randomForest, stop }: SelectOptions,
): SelectionData {
  const { frame, columns, target, rows } = source;
  const neutral = fitHandling({
    ...source,
    handle: NEUTRAL,
    supports: { missing: false, weights: true, scaledInput: false },
    seed,
  });
  return {
    columns,
    x: neutral.training.x,
    isText: columns.map((name) => requireColumn(frame, name).kind === 'category'),
    missingShares: columns.map((name) => missingShare(requireColumn(frame, name), rows)),
    target: takeTarget(target, rows),
    weights: weights && takeNumbers(weights, rows),
    seed,
    estimator,
    stop,
  };
}

function missingShare(column: Column, rows: Int32Array): number {
  const isMissing = missingAt(column);
  return rows.reduce((count, row) => count + (isMissing(row) ? 1 : 0), 0) / rows.length;
}

function finiteOrNull(score: number): number | null {
  return Number.isFinite(score) ? score : null;
}
