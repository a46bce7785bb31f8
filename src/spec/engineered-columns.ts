import type { EngineerStep } from './features.ts';
import { readFormula } from './formula/parse.ts';
import { columnsOf } from './formula/syntax.ts';

export type StepKind =
  | 'calendar'
  | 'lag'
  | 'rolling'
  | 'difference'
  | 'ratio'
  | 'product'
  | 'log'
  | 'polynomial'
  | 'expression';

export function stepKind(step: EngineerStep): StepKind {
  return Object.keys(step)[0] as StepKind;
}

/** True for steps that read other rows of the partition, in time order. */
export function looksBack(step: EngineerStep): boolean {
  return 'lag' in step || 'rolling' in step || 'difference' in step;
}

/** The columns that a step names; none where its formula can't be read. */
export function columnsOfStep(step: EngineerStep): readonly string[] {
  if ('calendar' in step) return [step.calendar];
  if ('lag' in step) return step.lag.columns;
  if ('rolling' in step) return [step.rolling.column];
  if ('difference' in step) return [step.difference.column];
  if ('ratio' in step) return step.ratio;
  if ('product' in step) return step.product;
  if ('log' in step) return step.log;
  if ('polynomial' in step) return step.polynomial.columns;
  const { formula } = readFormula(step.expression.formula);
  return formula === undefined ? [] : columnsOf(formula);
}

/** The name that a user gave to the new column, where a step takes one. */
export function givenName(step: EngineerStep): string | undefined {
  if ('rolling' in step) return step.rolling.name;
  if ('difference' in step) return step.difference.name;
  return 'expression' in step ? step.expression.name : undefined;
}
