import type { Score } from '../domain/metric.ts';
import { validationRows } from '../estimators/folds.ts';
import { score } from '../estimators/score.ts';
import type { Candidate } from '../spec/spec.ts';
import { type FitSite, isStop } from './fit-candidate.ts';
import { outputWidth } from './predictions.ts';
import { predictHeldOut } from './refit-model.ts';
import type { TrainingData } from './training-data.ts';
import { scoredRows } from './truth.ts';

/** One candidate on one fold. */
export type FoldFit = {
  readonly seed: string;
  /** Of the fit and of predicting the fold's rows: for some algorithms that is most of the work. */
  readonly fitMs: number;
  readonly score: Score;
} & (
  | {
      readonly status: 'ok';
      /** Predictions of the fold's rows: rows × width, row-major; NaN where there was nothing to train on. */
      readonly output: Float64Array;
    }
  | { readonly status: 'failed'; readonly because: string }
);

/** What goes wrong in a candidate is its own failure; only a stop ends the partition's work. */
export function fitFold(
  data: TrainingData,
  site: FitSite,
  candidate: Candidate,
  fold: number,
): FoldFit {
  const rows = validationRows(data.folds, fold);
  const seed = String(site.seedOf(candidate));
  if (isEmptyFold(data, fold)) {
    const because = `Fold ${fold} has no rows to train on or none to score.`;
    const output = new Float64Array(rows.length * outputWidth(data.args.classes)).fill(Number.NaN);
    return { status: 'ok', seed, fitMs: 0, score: { value: null, because }, output };
  }
  try {
    const fitted = site.fit(candidate);
    const startedAt = performance.now();
    const output = predictHeldOut(data, fitted, rows);
    const fitMs = fitted.fitMs + performance.now() - startedAt;
    fitted.model.free?.();
    const foldScore = score(data.args.spec.metric, scoredRows(data.truth, rows, output));
    return { status: 'ok', seed, fitMs, score: foldScore, output };
  } catch (error) {
    if (isStop(error)) throw error;
    const because = messageOf(error);
    return { status: 'failed', seed, fitMs: 0, score: { value: null, because }, because };
  }
}

/** The time scheme's first fold may have no earlier rows; a small class may leave a fold empty. */
export function isEmptyFold(data: TrainingData, fold: number): boolean {
  return validationRows(data.folds, fold).length === 0 || data.trainingRows(fold).length === 0;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
