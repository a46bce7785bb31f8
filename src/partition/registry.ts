import { Failure } from '../domain/failure.ts';
import { evaluate } from './evaluate.ts';
import type { PartitionFunction } from './partition-function.ts';
import { profile } from './profile.ts';
import { rank } from './rank.ts';
import { score } from './score-rows.ts';
import { totals } from './totals.ts';
import { train } from './train.ts';
import { refit, trainFold } from './train-parts.ts';

/** The built-in partition functions by name: what every engine can run. */
const FUNCTIONS: ReadonlyMap<string, PartitionFunction> = new Map(
  Object.entries({
    profile,
    train,
    'train-fold': trainFold,
    rank,
    refit,
    evaluate,
    score,
    totals,
  }),
);

/** Throws `Failure('not-found')` on a name that is not in the table. */
export function findPartitionFunction(name: string): PartitionFunction {
  const found = FUNCTIONS.get(name);
  if (found === undefined)
    throw new Failure(
      'not-found',
      `There is no partition function "${name}"; there are ${[...FUNCTIONS.keys()].join(', ')}.`,
    );
  return found;
}
