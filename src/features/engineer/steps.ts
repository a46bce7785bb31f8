import { type StepKind, stepKind } from '../../spec/engineered-columns.ts';
import type { EngineerStep } from '../../spec/features.ts';
import { calendar } from './calendar.ts';
import { difference } from './difference.ts';
import { expression } from './expression.ts';
import { lag } from './lag.ts';
import { log } from './log.ts';
import { polynomial } from './polynomial.ts';
import { product } from './product.ts';
import { ratio } from './ratio.ts';
import { rolling } from './rolling.ts';
import type { Step } from './step.ts';

type StepOptions = {
  readonly [kind in StepKind]: Extract<EngineerStep, { readonly [key in kind]: unknown }>[kind];
};

/** Every step there is; a new one is a file and a line here (and in the spec's schema). */
const STEPS: { readonly [kind in StepKind]: (options: StepOptions[kind]) => Step } = {
  calendar,
  lag,
  rolling,
  difference,
  ratio,
  product,
  log,
  polynomial,
  expression,
};

/** Throws `Failure('invalid-spec')` on a formula that can't be read. */
export function stepOf(step: EngineerStep): Step {
  const kind = stepKind(step);
  return make(kind, (step as unknown as StepOptions)[kind]);
}

function make<Kind extends StepKind>(kind: Kind, options: StepOptions[Kind]): Step {
  return STEPS[kind](options);
}
