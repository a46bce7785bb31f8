import type { CodeEncoding } from '../state.ts';
import { scaledFeature } from './code-feature.ts';
import type { TrainingLevels } from './training-levels.ts';

/**
 * 0, 1, 2 … in code-unit order of the levels. Missing and unseen levels are missing for an estimator that takes that,
 * else −1, before all levels.
 */
export function fitOrdinal(training: TrainingLevels): CodeEncoding {
  const outside = training.supports.missing ? null : -1;
  const { feature } = scaledFeature(
    {
      name: training.column,
      values: training.levels.map((_, code) => code),
      missing: outside,
      unseen: outside,
    },
    training,
  );
  return { rule: 'ordinal', features: [feature] };
}
