import { combineNumbers, numbersOf } from './column-values.ts';
import { numberColumn, numberShapes, numbersNamed, type Step } from './step.ts';

/** `<a>_per_<b>`: a ÷ b; missing where b is 0. */
export function ratio([over, under]: readonly [string, string]): Step {
  const name = `${over}_per_${under}`;
  return {
    inputs: numbersNamed([over, under]),
    outputs: () => numberShapes([name]),
    compute: (frame) => {
      const quotient = combineNumbers(
        numbersOf(frame, over),
        numbersOf(frame, under),
        (a, b) => a / b,
      );
      return [numberColumn(name, quotient)];
    },
  };
}
