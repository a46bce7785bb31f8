import type { Target } from '../../../src/estimators/estimator.ts';
import { fitHandling, type HandlingInput } from '../../../src/features/handle/fit-handling.ts';
import { type Frame, matrixColumn } from '../../../src/frame/frame.ts';
import type { Handle } from '../../../src/spec/features.ts';
import { allRows, listed } from '../frames.ts';

/** Rules that do nothing, so that a test names only what it is about. */
export const PLAIN: Handle = {
  missing: 'auto',
  outliers: 'none',
  encode: 'auto',
  scale: 'none',
  imbalance: 'none',
  columns: {},
};

/** What trees take, and what linear algorithms need. */
export const TREES = { missing: true, weights: true, scaledInput: false };
export const LINEAR = { missing: false, weights: true, scaledInput: true };

export function classesOf(codes: readonly number[], classes = ['no', 'yes']): Target {
  return { kind: 'classes', codes: Int32Array.from(codes), classes };
}

export function valuesOf(values: readonly number[]): Target {
  return { kind: 'values', values: Float64Array.from(values) };
}

/** Fits all columns and rows of the frame unless told otherwise. */
export function fitOn(
  frame: Frame,
  handle: Partial<Handle>,
  input: Partial<Omit<HandlingInput, 'frame' | 'handle'>> = {},
) {
  return fitHandling({
    frame,
    columns: frame.columns.map(({ name }) => name),
    target: valuesOf(Array.from({ length: frame.rowCount }, (_, i) => i % 3)),
    rows: allRows(frame.rowCount),
    supports: LINEAR,
    seed: 7n,
    ...input,
    handle: { ...PLAIN, ...handle },
  });
}

type Fit = ReturnType<typeof fitOn>;

/** A feature of the training rows. */
export function feature({ training }: Fit, name: string): readonly (number | null)[] {
  return listed(matrixColumn(training.x, training.x.names.indexOf(name)));
}

/** The stored rules of the first column. */
export function stateOf({ handling }: Fit): { readonly [field: string]: unknown } {
  const { columns } = handling.toJson() as unknown as {
    columns: readonly { [field: string]: unknown }[];
  };
  return columns[0] ?? {};
}

/** What each row of `frame` has, by the fitted rules. */
export function prepared(
  { handling }: Fit,
  frame: Frame,
): { readonly [name: string]: readonly (number | null)[] } {
  const matrix = handling.transform(frame);
  return Object.fromEntries(matrix.names.map((name, i) => [name, listed(matrixColumn(matrix, i))]));
}
