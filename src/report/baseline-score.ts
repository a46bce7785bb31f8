import type { Score } from '../domain/metric.ts';
import type { CandidateFacts } from '../partition/train-facts.ts';

/** The score to beat, of answering the same for every row; null when `baseline` was no candidate. */
export function baselineScore({
  candidates,
}: {
  readonly candidates: readonly Pick<CandidateFacts, 'algorithm' | 'cv'>[];
}): Score | null {
  return candidates.find(({ algorithm }) => algorithm === 'baseline')?.cv ?? null;
}
