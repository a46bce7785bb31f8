import type { Outcome } from '../src/engines/engine.ts';
import { candidateFacts, withScores } from '../src/partition/candidate-facts.ts';
import type {
  CandidateFacts,
  FoldFacts,
  RankFacts,
  RefitFacts,
  SelectionFacts,
} from '../src/partition/facts.ts';
import {
  type Predictions,
  predictionsFromBytes,
  writeLayerInto,
} from '../src/partition/predictions.ts';
import { stabilityOf } from '../src/partition/selection-stability.ts';
import type { Candidate } from '../src/spec/spec.ts';

/** What every fold says of each candidate: [candidate][fold]. */
export type FoldsByCandidate = readonly (readonly FoldFacts[])[];

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
  };
}

/** The candidates as `train` would tell of them; one that failed in a fold can't be the best. */
export function joinCandidates(
  candidates: readonly Candidate[],
  folds: FoldsByCandidate,
  { cv, foldScores }: RankFacts,
): readonly CandidateFacts[] {
  return candidates.map((candidate, i) => {
    const tried = folds[i] ?? [];
    const failure = tried.find(({ status }) => status === 'failed');
    const score = cv[i] ?? { value: null, because: 'It was not ranked.' };
    const scored = withScores(tried, foldScores?.[i]);
    return candidateFacts(candidate, scored, score, failure && (failure.because ?? 'It failed.'));
  });
}

/** The refit's selection, with how stable the folds' were: all candidates share a fold's, and an empty fold has none. */
export function joinSelection(
  selection: RefitFacts['selection'],
  [first = []]: FoldsByCandidate,
): SelectionFacts {
  const columns = [...selection.kept, ...selection.dropped.map(({ column }) => column)];
  const keptByFold = first.map(({ kept }) => kept).filter((kept) => kept.length > 0);
  return { ...selection, stability: stabilityOf(columns, keptByFold) };
}

/** Puts the predictions of a part, those of the given rows, into their layer. */
export function writePartInto(
  part: Outcome<object>,
  rows: Int32Array,
  layer: number,
  predictions: Predictions,
): void {
  const bytes = part.kind === 'ok' ? part.blobs.get('predictions') : undefined;
  if (bytes === undefined) throw new Error('A fit of the global model gave no predictions.');
  const { values } = predictionsFromBytes(bytes, 1, predictions.width);
  writeLayerInto(values, rows, layer, predictions);
}
