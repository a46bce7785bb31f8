import type { Column, Frame, NumberColumn } from '../../frame/frame.ts';
import type { ColumnKind, ColumnShape } from '../column-shape.ts';

/** Rows `start` (included) to `end` (excluded) of one partition inside the frame: no step looks across its borders. */
export type Segment = { readonly start: number; readonly end: number };

export type StepContext = {
  /** IANA zone that calendar parts are read in. */
  readonly timezone: string;
  readonly segments: readonly Segment[];
};

export type StepInput = { readonly name: string; readonly kinds: readonly ColumnKind[] };

/** A stateless recipe for new columns: equal rows give equal values, whatever comes after them. */
export interface Step {
  readonly inputs: readonly StepInput[];
  /** The columns it makes, in order; throws `Failure` where the kinds of its inputs do not go together. */
  outputs(kindOf: (column: string) => ColumnKind): readonly ColumnShape[];
  /** New columns in the order of `outputs`, in fresh buffers; a number that is not finite counts as missing. */
  compute(frame: Frame, context: StepContext): readonly Column[];
}

export const NUMBERS: readonly ColumnKind[] = ['number'];
export const ANY_KIND: readonly ColumnKind[] = ['number', 'category', 'time'];

export function numbersNamed(names: readonly string[]): readonly StepInput[] {
  return names.map((name) => ({ name, kinds: NUMBERS }));
}

export function numberShapes(names: readonly string[]): readonly ColumnShape[] {
  return names.map((name) => ({ name, kind: 'number' }));
}

export function numberColumn(name: string, values: Float64Array): NumberColumn {
  return { kind: 'number', name, values };
}
