import { Failure } from '../../../domain/failure.ts';
import type { Encoding } from '../state.ts';
import type { TrainingLevels } from './training-levels.ts';

/** A feature per level costs rows × levels doubles. */
const MOST_LEVELS = 1000;

/** One 0/1 feature per level, and one for missing where the training rows have any; an unseen level is all zeros. */
export function fitOneHot({ column, levels, codes }: TrainingLevels): Encoding {
  if (levels.length > MOST_LEVELS)
    throw new Failure(
      'limit-exceeded',
      `Column \`${column}\` has ${levels.length} levels, more than the ${MOST_LEVELS} that one_hot takes. Use encode: target or frequency for it.`,
    );
  return { rule: 'one_hot', missing: codes.includes(-1) };
}
