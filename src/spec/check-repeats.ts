import type { ResolvedSpec } from './resolve-defaults.ts';
import type { Finding } from './schema-problems.ts';

/** Of all repeats together: a byte numbers them. */
const MOST_FOLDS = 250;

/** Where rows can be dealt to other folds, and what is learned of them bears that they are. */
export function checkRepeats(spec: ResolvedSpec): readonly Finding[] {
  const message = problemOf(spec);
  return message === null ? [] : [{ path: ['validate', 'repeats'], part: 'value', message }];
}

function problemOf({ validate, partition, tune }: ResolvedSpec): string | null {
  const { repeats = 1, folds, scheme } = validate;
  if (repeats === 1) return null;
  if (scheme === 'time')
    return 'The time scheme has one order of rows: there is nothing to repeat. Remove `repeats`, or set another `validate.scheme`.';
  if (partition.on_small === 'shrink')
    return '`on_small: shrink` weighs models by the folds of one cross-validation, which then says all that so few rows can. Remove `repeats`, or set another `partition.on_small`.';
  if (tune.budget !== undefined)
    return '`tune.budget` buys one cross-validation, and repeats would cost as much each. Remove `repeats`, or `tune.budget`.';
  if (repeats * folds > MOST_FOLDS)
    return `${repeats} repeats of ${folds} folds are more than ${MOST_FOLDS} folds. Ask for fewer.`;
  return null;
}
