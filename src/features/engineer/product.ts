import type { Column, Frame } from '../../frame/frame.ts';
import { combineNumbers, numbersOf } from './column-values.ts';
import { numberColumn, numberShapes, numbersNamed, type Step } from './step.ts';

/** `<a>_times_<b>`: a × b. */
export function product([left, right]: readonly [string, string]): Step {
  return {
    inputs: numbersNamed([left, right]),
    outputs: () => numberShapes([productName(left, right)]),
    compute: (frame) => [productColumn(frame, left, right)],
  };
}

export function productName(left: string, right: string): string {
  return `${left}_times_${right}`;
}

export function productColumn(frame: Frame, left: string, right: string): Column {
  const values = combineNumbers(numbersOf(frame, left), numbersOf(frame, right), (a, b) => a * b);
  return numberColumn(productName(left, right), values);
}
