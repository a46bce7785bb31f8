import { Failure } from '../domain/failure.ts';
import type { MapFunctionName } from '../spec/map.ts';
import { advise } from './advise/advise.ts';
import { digestRows } from './digest-rows.ts';
import { distribution } from './drift/distribution.ts';
import { drift } from './drift/drift.ts';
import { evaluate } from './evaluate.ts';
import { forecast } from './forecast.ts';
import { applyRows } from './map/apply-rows.ts';
import { builtInFunction } from './map/built-in.ts';
import type { PartitionFunction } from './partition-function.ts';
import { profile } from './profile.ts';
import { rank, scoreTrials } from './rank.ts';
import { score } from './score-rows.ts';
import { totals } from './totals.ts';
import { train } from './train.ts';
import { refit, trainFold } from './train-parts.ts';

/** The row functions of `partita map` under their own names. */
const mapped = (name: MapFunctionName) => applyRows(builtInFunction(name));

/** The built-in partition functions by name: what every engine can run. */
const FUNCTIONS = {
  profile,
  train,
  'train-fold': trainFold,
  'score-trials': scoreTrials,
  rank,
  refit,
  evaluate,
  score,
  forecast,
  totals,
  digest: digestRows,
  advise,
  distribution,
  drift,
  describe: mapped('describe'),
  missingness: mapped('missingness'),
  ks_test: mapped('ks_test'),
  psi: mapped('psi'),
  anova: mapped('anova'),
  kruskal: mapped('kruskal'),
  adf: mapped('adf'),
  isolation_forest: mapped('isolation_forest'),
  k_means: mapped('k_means'),
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
