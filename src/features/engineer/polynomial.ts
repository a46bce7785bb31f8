import { mapNumbers, numbersOf } from './column-values.ts';
import { productColumn, productName } from './product.ts';
import { numberColumn, numberShapes, numbersNamed, type Step } from './step.ts';

/** `<column>_power_<k>` for k = 2 … degree, then `<a>_times_<b>` for every pair of the columns. */
export function polynomial(options: {
  readonly columns: readonly string[];
  readonly degree: number;
}): Step {
  const { columns, degree } = options;
  const powers = columns.flatMap((column) =>
    Array.from({ length: degree - 1 }, (_, i) => ({ column, power: i + 2 })),
  );
  const pairs = columns.flatMap((left, i) =>
    columns.slice(i + 1).map((right) => [left, right] as const),
  );
  const powerName = (column: string, power: number) => `${column}_power_${power}`;
  return {
    inputs: numbersNamed(columns),
    outputs: () =>
      numberShapes([
        ...powers.map(({ column, power }) => powerName(column, power)),
        ...pairs.map(([left, right]) => productName(left, right)),
      ]),
    compute: (frame) => [
      ...powers.map(({ column, power }) =>
        numberColumn(
          powerName(column, power),
          mapNumbers(numbersOf(frame, column), (x) => multiplied(x, power)),
        ),
      ),
      ...pairs.map(([left, right]) => productColumn(frame, left, right)),
    ],
  };
}

/** xᵏ by multiplication, whose rounding is the same on every machine. */
function multiplied(x: number, power: number): number {
  let result = x;
  for (let k = 1; k < power; k++) result *= x;
  return result;
}
