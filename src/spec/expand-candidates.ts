import { expandAlgorithms } from '../estimators/candidates.ts';
import { registry } from '../estimators/registry.ts';
import { namedParameters } from './check-algorithms.ts';
import type { ResolvedSpec } from './resolve-defaults.ts';
import type { Candidate } from './spec.ts';

/** Every candidate of a checked spec. Throws `Failure('limit-exceeded')` when a grid is too large. */
export function expandCandidates({ algorithms, tune, seed }: ResolvedSpec): readonly Candidate[] {
  return expandAlgorithms({ algorithms: algorithms.map(namedParameters), tune, seed, registry });
}
