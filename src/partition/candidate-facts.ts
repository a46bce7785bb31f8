import { ENSEMBLE } from '../domain/ensemble.ts';
import { type Metric, type Score } from '../domain/metric.ts';
import { chooseBest, orderByScore } from '../estimators/candidates.ts';
import { digestJson } from '../frame/digest.ts';
import type { Candidate } from '../spec/spec.ts';
import type { FoldFacts, RankFacts, RefitPart } from './part-facts.ts';
import type { CandidateFacts } from './train-facts.ts';

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

/** The candidates with the ensemble of them as the last, where the spec asks for one. */
export function withEnsemble(
  candidates: readonly CandidateFacts[],
  { cv, foldScores, ensemble }: RankFacts,
): readonly CandidateFacts[] {
  if (ensemble === undefined) return candidates;
  const place = candidates.length;
  const parameters = {
    members: candidates.flatMap((one, i) => {
      const weight = ensemble.weights[i] ?? 0;
      return weight > 0 ? [{ weight, algorithm: one.algorithm, parameters: one.parameters }] : [];
    }),
  };
  const folds = (foldScores?.[place] ?? []).map((score) => ({ seed: '0', score, fitMs: 0 }));
  const score = cv[place] ?? { value: null, because: 'It was not ranked.' };
  const facts = candidateFacts({ algorithm: ENSEMBLE, parameters }, folds, score, {
    dropped: ensemble.because,
  });
  return [...candidates, facts];
}

/** What is to be fitted on all training rows for the candidate at that place, the members of the ensemble included. */
export function refitPart(
  candidates: readonly CandidateFacts[],
  place: number,
  { adjustments, ensemble }: RankFacts,
): RefitPart {
  const candidateAt = (i: number): Candidate => {
    const { algorithm, parameters } = candidates[i] as CandidateFacts;
    return { algorithm, parameters };
  };
  const chosen = { candidate: candidateAt(place), adjustments: adjustments[place] ?? [] };
  if (ensemble === undefined || place < candidates.length - 1) return chosen;
  const members = ensemble.weights.flatMap((weight, i) =>
    weight > 0 ? [{ candidate: candidateAt(i), adjustments: adjustments[i] ?? [], weight }] : [],
  );
  return { candidate: chosen.candidate, adjustments: [], members };
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
    if (cv.value !== null && algorithm !== ENSEMBLE && !winners.has(algorithm))
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
