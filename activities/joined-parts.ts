import type { Outcome } from '../src/engines/engine.ts';
import { candidateFacts, withScores } from '../src/partition/candidate-facts.ts';
import type { FoldFacts, RankFacts, RefitFacts } from '../src/partition/part-facts.ts';
import {
  type Predictions,
  predictionsFromBytes,
  writeLayerInto,
} from '../src/partition/predictions.ts';
import type { FoldSelections, SelectionFacts } from '../src/partition/selection-facts.ts';
import { stabilityOf } from '../src/partition/selection-stability.ts';
import type { CandidateFacts } from '../src/partition/train-facts.ts';
import type { Candidate } from '../src/spec/spec.ts';

/** A candidate and what every fold says of it; none where it was not fitted on all rows. */
export type JoinedTrial = {
  readonly candidate: Candidate;
  readonly folds: readonly FoldFacts[];
  /** Why the search gave it up. */
  readonly dropped: string | undefined;
};

/** A fold that went over a limit says so as one that could not be fitted. */
export function foldFactsOf(outcome: Outcome<FoldFacts>): FoldFacts {
  if (outcome.kind === 'ok') return outcome.facts;
  return {
    status: 'failed',
    because: outcome.message,
    score: { value: null, because: outcome.message },
    seed: '0',
    fitMs: outcome.ms,
    kept: [],
    foldSelection: [],
  };
}

/** The candidates as `train` would tell of them; one that failed in a fold can't be the best. */
export function joinCandidates(
  trials: readonly JoinedTrial[],
  { cv, foldScores }: RankFacts,
): readonly CandidateFacts[] {
  return trials.map(({ candidate, folds, dropped }, i) => {
    const failed = folds.find(({ status }) => status === 'failed');
    const failure = failed && (failed.because ?? 'It failed.');
    const score = cv[i] ?? { value: null, because: 'It was not ranked.' };
    return candidateFacts(candidate, withScores(folds, foldScores?.[i]), score, {
      failure,
      dropped,
    });
  });
}

/** The refit's selection, with how stable the folds' were: all candidates share a fold's, and an empty fold has none. */
export function joinSelection(
  { selection, columns }: Pick<RefitFacts, 'selection' | 'columns'>,
  trials: readonly JoinedTrial[],
): SelectionFacts {
  const folds = trials.find((trial) => trial.folds.length > 0)?.folds ?? [];
  const keptByFold = folds.map(({ kept }) => kept).filter((kept) => kept.length > 0);
  return { ...selection, stability: stabilityOf(columns, keptByFold) };
}

/** What every fold of all repeats selected, of which there are so many, and the refit; again the candidates share it. */
export function joinFoldSelections(
  { foldSelections }: Pick<RefitFacts, 'foldSelections'>,
  trials: readonly JoinedTrial[],
  count: number,
): FoldSelections {
  const ofFold = (_: unknown, fold: number) =>
    trials
      .map(({ folds }) => folds[fold]?.foldSelection ?? [])
      .find((columns) => columns.length > 0) ?? [];
  return { folds: Array.from({ length: count }, ofFold), ...foldSelections };
}

/** Fitted on every fold. */
export function isWhole({ folds, dropped }: JoinedTrial): boolean {
  return dropped === undefined && folds.length > 0 && folds.every(({ status }) => status === 'ok');
}

/** Puts the predictions of a part, those of the given rows, into their layer. */
export function writePartInto(
  part: Outcome<object>,
  rows: Int32Array,
  layer: number,
  predictions: Predictions,
): void {
  const bytes = part.kind === 'ok' ? part.blobs.get('predictions') : undefined;
  if (bytes === undefined) throw new Error('A fit gave no predictions.');
  const { values } = predictionsFromBytes(bytes, 1, predictions.width);
  writeLayerInto(values, rows, layer, predictions);
}
