import { type Frame, requireColumn } from '../../frame/frame.ts';
import { combineNumbers, numbersOf } from './column-values.ts';
import { earlierNumbers } from './lag.ts';
import { numberColumn, numberShapes, type Step, type StepContext } from './step.ts';

/**
 * `<column>_difference_<k>`: the value minus that of k rows earlier in the same partition; of timestamps, the seconds
 * between them.
 */
export function difference(options: {
  readonly column: string;
  readonly steps: number;
  readonly name?: string | undefined;
}): Step {
  const { column, steps } = options;
  const name = options.name ?? `${column}_difference_${steps}`;
  return {
    inputs: [{ name: column, kinds: ['number', 'time'] }],
    outputs: () => numberShapes([name]),
    compute: (frame, context) => [numberColumn(name, compute(frame, column, steps, context))],
  };
}

function compute(
  frame: Frame,
  column: string,
  step: number,
  { segments }: StepContext,
): Float64Array {
  const values = numbersOf(frame, column);
  const unit = requireColumn(frame, column).kind === 'time' ? 1e6 : 1;
  const earlier = earlierNumbers(values, { step, segments });
  return combineNumbers(values, earlier, (now, before) => (now - before) / unit);
}
