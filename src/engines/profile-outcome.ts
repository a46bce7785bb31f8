import { failedFolds, failedProfile } from '../partition/failed-profile.ts';
import type { PartitionRef } from '../partition/partition-function.ts';
import type { ProfileFacts } from '../partition/profile-facts.ts';
import type { Outcome } from './engine.ts';

/** What profiling a partition gave, with the folds of its rows, repeat after repeat. One that went over its limits keeps its place. */
export function profiledOf(
  { text, ranges }: Pick<PartitionRef, 'text' | 'ranges'>,
  outcome: Outcome<ProfileFacts>,
  repeats: number,
): { readonly facts: ProfileFacts; readonly folds: Uint8Array } {
  const rows = ranges.reduce((sum, { count }) => sum + count, 0);
  if (outcome.kind === 'failed')
    return { facts: failedProfile(rows, outcome), folds: failedFolds(rows, repeats) };
  const folds = outcome.blobs.get('folds');
  if (folds?.length !== rows * repeats) throw new Error(`Profile of ${text} has no fold per row.`);
  return { facts: outcome.facts, folds };
}
