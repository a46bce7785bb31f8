import type { Encoding } from '../state.ts';
import { scaledFeature } from './code-feature.ts';
import { countLevels, type TrainingLevels } from './training-levels.ts';

/** The share of training rows with the level; missing is a level too, an unseen one has share 0. */
export function fitFrequency(training: TrainingLevels): Encoding {
  const shares = Array.from(countLevels(training), (count) => count / training.codes.length);
  const { feature } = scaledFeature(
    {
      name: `${training.column}_frequency`,
      values: shares.slice(0, -1),
      missing: shares.at(-1) ?? 0,
      unseen: 0,
    },
    training,
  );
  return { rule: 'frequency', features: [feature] };
}
