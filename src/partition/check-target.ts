import { Failure } from '../domain/failure.ts';
import type { Spec } from '../spec/spec.ts';
import type { ProfiledRef } from './condition.ts';

/**
 * What makes every model impossible is an error of the data, found before anything is trained. Where a partition could not
 * be profiled, the data may be well: then each partition tells for itself. Throws `Failure('invalid-data')`.
 */
export function checkTarget(
  spec: Spec,
  profiled: readonly Pick<ProfiledRef, 'facts'>[],
  classes: readonly string[],
): void {
  if (profiled.some(({ facts }) => facts.failure !== undefined)) return;
  const usable = profiled.reduce((sum, { facts }) => sum + facts.rows - facts.target.missing, 0);
  const { column, task, positive, isAnomaly } = spec.target;
  if (usable === 0)
    throw new Failure('invalid-data', `Target column "${column}" is empty in every row.`);
  if (task !== 'classification') return;
  if (classes.length < 2) {
    throw new Failure(
      'invalid-data',
      `Target column "${column}" has the one class "${classes[0]}" in the whole table; classification needs two.`,
    );
  }
  if (spec.probabilities?.threshold === 'tuned' && classes.length > 2)
    throw new Failure(
      'invalid-data',
      `probabilities.threshold is tuned, which is for two classes, and "${column}" has ${classes.length}: set it to half.`,
    );
  if (positive !== undefined && !classes.includes(positive)) {
    throw new Failure(
      'invalid-data',
      `target.positive is "${positive}", but the classes of "${column}" are ${classes.slice(0, 20).join(', ')}.`,
    );
  }
  if (isAnomaly === true && classes.length > 2)
    throw new Failure(
      'invalid-data',
      `A search for anomalies tells "${positive}" from one other label, and "${column}" has ${classes.length}: ${classes.slice(0, 20).join(', ')}. Give all ordinary rows one label in the data.`,
    );
}
