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
const FUNCTIONS = {
  profile,
  train,
  'train-fold': trainFold,
  rank,
  refit,
  evaluate,
  score,
  totals,
};

export type FunctionName = keyof typeof FUNCTIONS;
/** What the function of that name is told besides the rows. */
export type ArgsOf<Name extends FunctionName> = Parameters<(typeof FUNCTIONS)[Name]>[1];
export type FactsOf<Name extends FunctionName> = ReturnType<(typeof FUNCTIONS)[Name]>['facts'];

/** Throws `Failure('not-found')` on a name that is not in the table. */
export function findPartitionFunction<Name extends FunctionName>(
  name: Name,
): PartitionFunction<ArgsOf<Name>, FactsOf<Name>>;
export function findPartitionFunction(name: string): PartitionFunction;
export function findPartitionFunction(name: string): unknown {
  if (Object.hasOwn(FUNCTIONS, name)) return FUNCTIONS[name as FunctionName];
  throw new Failure(
    'not-found',
    `There is no partition function "${name}"; there are ${Object.keys(FUNCTIONS).join(', ')}.`,
  );
}
