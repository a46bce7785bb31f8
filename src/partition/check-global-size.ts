import { Failure } from '../domain/failure.ts';
import type { Spec } from '../spec/spec.ts';
import { candidateCount } from './ensemble-layer.ts';
import { bytesPerRow, outputWidth, storedLayers } from './predictions.ts';
import { copiesToRank } from './rank.ts';
import { repeatsOf } from './repeats.ts';

/**
 * Refuses, before anything is fitted, a model without partition whose candidates predict more than can be ranked within
 * the memory limit: they are ranked together. Throws `Failure('limit-exceeded')`. `rows`: of the table.
 */
export function checkGlobalSize(spec: Spec, rows: number, classes: readonly string[]): void {
  if (!spec.global.enabled) return;
  const candidates = candidateCount(spec);
  const repeats = repeatsOf(spec);
  const neededMb = rankedMb(spec, rows, classes);
  const limitMb = spec.limits.per_partition.memory_mb;
  if (neededMb <= limitMb) return;
  const often = repeats === 1 ? '' : ` in ${repeats} repeats`;
  const less = repeats === 1 ? 'Try fewer candidates' : 'Lower validate.repeats';
  throw new Failure(
    'limit-exceeded',
    `To rank what ${candidates} candidates for the model without partition predict of ${rows} rows${often} takes ${Math.ceil(neededMb)} MB, over the limit of ${limitMb} MB. ${less}, raise limits.per_partition.memory_mb, or set global.enabled to false.`,
  );
}

/** What all candidates predict of so many rows, with the copies that ranking makes of it, in MB of 2²⁰ bytes. */
export function rankedMb(spec: Spec, rows: number, classes: readonly string[]): number {
  const layers = storedLayers(candidateCount(spec), repeatsOf(spec));
  const bytes = rows * bytesPerRow(layers, outputWidth(classes));
  return (copiesToRank(spec, rows) * bytes) / 2 ** 20;
}
