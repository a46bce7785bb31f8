import type { Column, Frame } from '../../frame/frame.ts';
import type { EngineerStep } from '../../spec/features.ts';
import { shapesOf } from '../column-shape.ts';
import { planSteps } from './plan-steps.ts';
import type { Segment } from './step.ts';

export type EngineerOptions = {
  /** IANA zone (`data.timezone`). */
  readonly timezone: string;
  /** The members of a union, in order: steps that look back never cross from one into the next. Default: one member. */
  readonly ranges?: readonly { readonly count: number }[];
  /** Name of the target, which only `lag` may read. */
  readonly target?: string;
};

/**
 * The frame with the columns that the steps make, in order; rows in time order. Stateless, and nothing looks ahead: a
 * value depends on its own row and on earlier rows of its partition only. Throws `Failure('invalid-spec')`.
 */
export function engineer(
  frame: Frame,
  steps: readonly EngineerStep[],
  { timezone, ranges, ...planOptions }: EngineerOptions,
): Frame {
  const segments = segmentsOf(frame.rowCount, ranges ?? [{ count: frame.rowCount }]);
  let columns = frame.columns;
  for (const { step } of planSteps(shapesOf(frame), steps, planOptions)) {
    const made = step.compute({ rowCount: frame.rowCount, columns }, { timezone, segments });
    made.forEach(markMissingIn);
    columns = [...columns, ...made];
  }
  return { rowCount: frame.rowCount, columns };
}

function segmentsOf(
  rowCount: number,
  ranges: readonly { readonly count: number }[],
): readonly Segment[] {
  let start = 0;
  const segments = ranges.map(({ count }) => ({ start, end: (start += count) }));
  if (start !== rowCount)
    throw new RangeError(`The ranges hold ${start} rows, and the frame ${rowCount}.`);
  return segments;
}

/** Writes into the fresh buffer of a step: what is no finite number is missing. */
function markMissingIn(column: Column): void {
  if (column.kind !== 'number') return;
  const { values } = column;
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) values[i] = Number.NaN;
}
