import { type Metric, type Score } from '../domain/metric.ts';
import { chooseBest, orderByScore } from '../estimators/candidates.ts';
import { digestJson } from '../frame/digest.ts';
import type { Candidate } from '../spec/spec.ts';
import type { CandidateFacts, FoldFacts } from './facts.ts';

/** Why a candidate can't be the best, whatever it scored. */
export type Unfit = {
  readonly failure?: string | undefined;
  readonly dropped?: string | undefined;
};

/** What a candidate's folds and their pooled score say of it. */
export function candidateFacts(
  { algorithm, parameters }: Candidate,
  folds: readonly Pick<FoldFacts, 'seed' | 'score' | 'fitMs'>[],
  cv: Score,
  { failure, dropped }: Unfit,
): CandidateFacts {
  const facts: CandidateFacts = {
    algorithm,
    parameters,
    parametersDigest: digestJson(parameters),
    seed: folds[0]?.seed ?? '0',
    status: 'ok',
    cv,
    foldScores: folds.map(({ score }) => score),
    fitMs: folds.reduce((sum, { fitMs }) => sum + fitMs, 0),
  };
  if (failure !== undefined) return without(facts, 'failed', failure);
  return dropped === undefined ? facts : without(facts, 'dropped', dropped);
}

/** Folds with other scores: those of adjusted predictions, where they were adjusted. */
export function withScores<Fold extends Pick<FoldFacts, 'score'>>(
  folds: readonly Fold[],
  scores: readonly Score[] | undefined,
): readonly Fold[] {
  return folds.map((fold, i) => ({ ...fold, score: scores?.[i] ?? fold.score }));
}

/** A candidate that could be scored, but not be fitted on all training rows. */
export function failedRefit(facts: CandidateFacts, message: string): CandidateFacts {
  return without(facts, 'failed', `On all training rows: ${message}`);
}

/** The candidate of the best score among those that did not fail; the first, the simplest, where none has a score. */
export function bestCandidate(
  metric: Metric,
  candidates: readonly CandidateFacts[],
): number | null {
  const first = candidates.findIndex(({ status }) => status === 'ok');
  if (first < 0) return null;
  const scores = candidates.map(({ cv }) => cv);
  return chooseBest(metric, scores) ?? first;
}

/** The best candidate of every algorithm that has a score, the best algorithm first; of equals the simpler. */
export function winnersOf(
  metric: Metric,
  candidates: readonly CandidateFacts[],
): readonly Candidate[] {
  const order = orderByScore(
    metric,
    candidates.map(({ cv }) => cv),
  );
  const winners = new Map<string, Candidate>();
  for (const place of order) {
    const { algorithm, parameters, cv } = candidates[place] as CandidateFacts;
    if (cv.value !== null && !winners.has(algorithm))
      winners.set(algorithm, { algorithm, parameters });
  }
  return [...winners.values()];
}

function without(
  facts: CandidateFacts,
  status: 'failed' | 'dropped',
  because: string,
): CandidateFacts {
  return { ...facts, status, because, cv: { value: null, because } };
}
