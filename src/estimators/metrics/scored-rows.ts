import { Failure } from '../../domain/failure.ts';
import { areFinite } from '../../frame/frame.ts';
import { likeliestCodes } from '../class-codes.ts';

/** Rows of a classifier: what was true and how probable each class was held to be. */
export type ClassRows = {
  readonly kind: 'classes';
  /** Codes into `classes`, one per row. */
  readonly truth: Int32Array;
  /** rows × classes, row-major. */
  readonly probabilities: Float64Array;
  /** Every class of the run, sorted. */
  readonly classes: readonly string[];
  /** The class that binary metrics look at; see `positiveCode`. */
  readonly positive?: string | undefined;
  /** One non-negative weight per row. */
  readonly weights?: Float64Array | undefined;
  /** Rows of one number are one observation, scored in several repeats; left out: each row is one. */
  readonly observations?: Int32Array | undefined;
};

/** Rows of a regression. */
export type ValueRows = {
  readonly kind: 'values';
  readonly truth: Float64Array;
  readonly prediction: Float64Array;
  readonly weights?: Float64Array | undefined;
  /** As of `ClassRows`. */
  readonly observations?: Int32Array | undefined;
  /** The quantile that `pinball` measures; one half when left out. */
  readonly quantile?: number | undefined;
  /** Per row, the error that `mase` takes as its unit; NaN where its series has none. */
  readonly scales?: Float64Array | undefined;
};

export type ScoredRows = ClassRows | ValueRows;

/** What a classifier predicts: the most probable class of each row, the lowest code on ties. */
export function predictedCodes(probabilities: Float64Array, classCount: number): Int32Array {
  return likeliestCodes(probabilities, classCount);
}

/**
 * The class that f1, precision, recall, roc_auc, pr_auc and brier look at: the named one, against all others; without a
 * name the second of two classes (scikit-learn's convention); `undefined` = every class in turn (macro one-vs-rest).
 */
export function positiveCode({
  classes,
  positive,
}: Pick<ClassRows, 'classes' | 'positive'>): number | undefined {
  if (positive === undefined) return classes.length === 2 ? 1 : undefined;
  const code = classes.indexOf(positive);
  if (code >= 0) return code;
  throw new Failure(
    'invalid-data',
    `The positive class "${positive}" is not in the target column, which holds ${listed(classes)}; correct target.positive.`,
  );
}

/** Weight of row i. */
export function weightOf(weights: Float64Array | undefined, row: number): number {
  return weights === undefined ? 1 : (weights[row] as number);
}

export function totalWeight({ truth, weights }: ScoredRows): number {
  if (weights === undefined) return truth.length;
  let total = 0;
  for (let i = 0; i < weights.length; i++) total += weights[i] as number;
  return total;
}

/** Why these rows have no score under any metric, or null. */
export function obstacleToScore(rows: ScoredRows): string | null {
  if (rows.truth.length === 0) return 'There are no rows to score.';
  if (!(totalWeight(rows) > 0)) return 'All rows have weight 0.';
  const predictions = rows.kind === 'classes' ? rows.probabilities : rows.prediction;
  if (!areFinite(predictions)) return 'A prediction is not a finite number.';
  const isTruthKnown = rows.kind === 'classes' ? !hasNegative(rows.truth) : areFinite(rows.truth);
  return isTruthKnown ? null : 'A row has no truth to compare with.';
}

function hasNegative(codes: Int32Array): boolean {
  for (let i = 0; i < codes.length; i++) if ((codes[i] as number) < 0) return true;
  return false;
}

function listed(classes: readonly string[]): string {
  const shown = classes.slice(0, 10).map((label) => `"${label}"`);
  return classes.length > shown.length ? `${shown.join(', ')} …` : shown.join(', ');
}
