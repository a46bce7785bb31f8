import { mapNumbers, numbersOf } from './column-values.ts';
import { numberColumn, numberShapes, numbersNamed, type Step } from './step.ts';

/** `<column>_log1p`: ln(1 + x), so that counts with zeros have one; missing where x ≤ −1. */
export function log(columns: readonly string[]): Step {
  const nameOf = (column: string) => `${column}_log1p`;
  return {
    inputs: numbersNamed(columns),
    outputs: () => numberShapes(columns.map(nameOf)),
    compute: (frame) =>
      columns.map((column) =>
        numberColumn(nameOf(column), mapNumbers(numbersOf(frame, column), Math.log1p)),
      ),
  };
}
