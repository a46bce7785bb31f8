import { type CategoryColumn, type Frame, requireColumn } from '../../../frame/frame.ts';
import type { Formula, FunctionName } from '../../../spec/formula/syntax.ts';
import { combineNumbers, mapNumbers, numbersOf } from '../column-values.ts';

type Binary = (left: number, right: number) => number;

/**
 * One number per row, column by column. Missing in, missing out, but for logic, which knows what it can
 * (`false and missing` is false, `true or missing` is true), and `if`, which looks at the chosen side only.
 * Results outside the numbers (0/0, log of 0, overflow) are NaN or infinite: the caller makes them missing.
 */
export function evaluateFormula(formula: Formula, frame: Frame): Float64Array {
  switch (formula.kind) {
    case 'number':
      return new Float64Array(frame.rowCount).fill(formula.value);
    case 'column':
      return numbersOf(frame, formula.name);
    case 'text':
      throw new RangeError('Text is no number: the formula was not checked.');
    case 'call':
      return call(
        formula.fn,
        formula.operands.map((operand) => evaluateFormula(operand, frame)),
      );
    case 'operation':
      return operation(formula, frame);
  }
}

function operation(
  { operator, operands }: Extract<Formula, { kind: 'operation' }>,
  frame: Frame,
): Float64Array {
  const [left, right] = operands as readonly [Formula, Formula];
  if (operator === '=' || operator === '!=') {
    const equal = equality(left, right, frame);
    return operator === '=' ? equal : mapNumbers(equal, not);
  }
  const a = evaluateFormula(left, frame);
  if (operator === 'not') return mapNumbers(a, not);
  if (operator === 'negate') return mapNumbers(a, (x) => -x);
  return combineNumbers(a, evaluateFormula(right, frame), BINARY[operator]);
}

const whenPresent =
  (holds: (left: number, right: number) => boolean): Binary =>
  (left, right) =>
    Number.isNaN(left) || Number.isNaN(right) ? Number.NaN : holds(left, right) ? 1 : 0;

const BINARY = {
  '+': (a, b) => a + b,
  '-': (a, b) => a - b,
  '*': (a, b) => a * b,
  '/': (a, b) => a / b,
  '^': (a, b) => (Number.isNaN(a) ? Number.NaN : a ** b),
  '<': whenPresent((a, b) => a < b),
  '<=': whenPresent((a, b) => a <= b),
  '>': whenPresent((a, b) => a > b),
  '>=': whenPresent((a, b) => a >= b),
  and: (a, b) => (a === 0 || b === 0 ? 0 : truth(a + b)),
  or: (a, b) => (isTrue(a) || isTrue(b) ? 1 : a + b),
} as const satisfies { readonly [operator: string]: Binary };

const isTrue = (x: number): boolean => x !== 0 && !Number.isNaN(x);
const truth = (x: number): number => (Number.isNaN(x) ? Number.NaN : 1);
const not = (x: number): number => (Number.isNaN(x) ? Number.NaN : x === 0 ? 1 : 0);

function call(fn: FunctionName, operands: readonly Float64Array[]): Float64Array {
  const [first, second, third] = operands as readonly [Float64Array, Float64Array, Float64Array];
  switch (fn) {
    case 'if':
      return chosen(first, second, third);
    case 'min':
      return operands.reduce((a, b) => combineNumbers(a, b, Math.min));
    case 'max':
      return operands.reduce((a, b) => combineNumbers(a, b, Math.max));
    case 'abs':
    case 'log':
    case 'exp':
    case 'sqrt':
    case 'floor':
    case 'round':
      return mapNumbers(first, Math[fn]);
  }
}

function chosen(when: Float64Array, yes: Float64Array, no: Float64Array): Float64Array {
  const result = new Float64Array(when.length);
  for (let row = 0; row < when.length; row++) {
    const condition = when[row] as number;
    if (Number.isNaN(condition)) result[row] = Number.NaN;
    else result[row] = (condition === 0 ? no[row] : yes[row]) as number;
  }
  return result;
}

function equality(left: Formula, right: Formula, frame: Frame): Float64Array {
  const a = textOf(left, frame);
  const b = textOf(right, frame);
  if (a !== undefined && b !== undefined) return equalTexts(a, b, frame.rowCount);
  return combineNumbers(
    evaluateFormula(left, frame),
    evaluateFormula(right, frame),
    whenPresent((x, y) => x === y),
  );
}

function textOf(formula: Formula, frame: Frame): CategoryColumn | string | undefined {
  if (formula.kind === 'text') return formula.value;
  if (formula.kind !== 'column') return undefined;
  const column = requireColumn(frame, formula.name);
  return column.kind === 'category' ? column : undefined;
}

/** Compares codes of one numbering: that of the left side, in which texts it lacks are −2 and equal to nothing. */
function equalTexts(
  left: CategoryColumn | string,
  right: CategoryColumn | string,
  rowCount: number,
): Float64Array {
  if (typeof left === 'string')
    return typeof right === 'string'
      ? new Float64Array(rowCount).fill(left === right ? 1 : 0)
      : equalTexts(right, left, rowCount);
  const numbering = new Map(left.levels.map((level, code) => [level, code]));
  const sameAs = (text: string) => numbering.get(text) ?? -2;
  const isText = typeof right === 'string';
  const constant = isText ? sameAs(right) : 0;
  const translated = isText ? [] : right.levels.map(sameAs);
  const equal = new Float64Array(rowCount);
  for (let row = 0; row < rowCount; row++) {
    const a = left.codes[row] as number;
    const code = isText ? 0 : (right.codes[row] as number);
    if (a < 0 || code < 0) equal[row] = Number.NaN;
    else equal[row] = a === (isText ? constant : translated[code]) ? 1 : 0;
  }
  return equal;
}
