import { Failure } from '../domain/failure.ts';
import { displayPartition } from '../domain/partition.ts';
import { repeatsNote } from '../estimators/fold-splits.ts';
import type { Spec } from '../spec/spec.ts';
import type { ProfiledRef } from './condition.ts';

type Profiled = Pick<ProfiledRef, 'key' | 'text' | 'facts'>;

/**
 * What the profiles of all partitions warn of, each thing once, with where. Throws `Failure('invalid-data')` where strict
 * mode refuses a suspicion of leakage.
 */
export function profileWarnings(profiled: readonly Profiled[], spec: Spec): readonly string[] {
  return [...leakageWarnings(profiled, spec), ...repeatsWarning(profiled)];
}

/** The same suspicion in many partitions is one warning; strict mode makes it an error. */
function leakageWarnings(profiled: readonly Profiled[], spec: Spec): readonly string[] {
  const places = new Map<string, Profiled[]>();
  for (const partition of profiled) {
    for (const warning of partition.facts.warnings) {
      places.set(warning, [...(places.get(warning) ?? []), partition]);
    }
  }
  const warnings = [...places].map(([warning, where]) => `${warning} (${placesText(where)})`);
  if (spec.strict && warnings.length > 0) {
    throw new Failure(
      'invalid-data',
      `strict: ${warnings.join('; ')}. Drop the columns or set strict: false.`,
    );
  }
  return warnings;
}

/** Rows that hold the same and are split one by one are counted over the partitions that have any. */
function repeatsWarning(profiled: readonly Profiled[]): readonly string[] {
  const where = profiled.filter(({ facts }) => facts.split.repeats > 0);
  if (where.length === 0) return [];
  const sum = (of: (one: Profiled) => number) => where.reduce((total, one) => total + of(one), 0);
  const [repeats, rows] = [sum(({ facts }) => facts.split.repeats), sum(({ facts }) => facts.rows)];
  return [`${repeatsNote(repeats, rows)} (${placesText(where)})`];
}

/** `in car and 3 more`. */
function placesText(where: readonly Profiled[]): string {
  const first = where[0] as Profiled;
  const others = where.length > 1 ? ` and ${where.length - 1} more` : '';
  return `in ${displayPartition(first.key, first.text)}${others}`;
}
