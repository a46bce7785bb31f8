import { Failure } from '../domain/failure.ts';
import { type ColumnShape, KIND_WORDS } from '../features/column-shape.ts';
import { planSteps } from '../features/engineer/plan-steps.ts';
import { type Column, type Frame, findColumn } from '../frame/frame.ts';
import type { EngineerStep } from '../spec/features.ts';

/** What a fitted pipeline needs of new data: source columns, and the steps that make the others out of them. */
export type ColumnContract = {
  readonly sources: readonly ColumnShape[];
  readonly steps: readonly EngineerStep[];
};

/** Only the steps that a kept column comes from, and only the source columns that those and the kept ones need. */
export function contractOf(
  sources: readonly ColumnShape[],
  steps: readonly EngineerStep[],
  kept: readonly string[],
): ColumnContract {
  const needed = new Set(kept);
  const used = planSteps(sources, steps)
    .map((planned, i) => ({ ...planned, engineerStep: steps[i] as EngineerStep }))
    .reverse()
    .filter(({ step, outputs }) => {
      if (!outputs.some(({ name }) => needed.has(name))) return false;
      for (const { name } of step.inputs) needed.add(name);
      return true;
    })
    .reverse();
  return {
    sources: sources.filter(({ name }) => needed.has(name)),
    steps: used.map(({ engineerStep }) => engineerStep),
  };
}

/** The frame's columns that the contract names, in its order. Throws `Failure('invalid-data')` when one is missing or of another kind. */
export function takeContracted(frame: Frame, { sources }: ColumnContract): Frame {
  const columns = sources.map(({ name, kind }) => {
    const column = findColumn(frame, name);
    if (column === undefined)
      throw new Failure(
        'invalid-data',
        `The data have no column "${name}", which the model was trained with; they have ${frame.columns.map((one) => one.name).join(', ')}.`,
      );
    if (column.kind === kind) return column;
    // A column of nothing but missing cells has no kind of its own.
    if (!isEmpty(column))
      throw new Failure(
        'invalid-data',
        `Column "${name}" holds ${KIND_WORDS[column.kind]}, and the model was trained with ${KIND_WORDS[kind]}. Declare its type in columns.types.`,
      );
    return missingColumn({ name, kind }, frame.rowCount);
  });
  return { rowCount: frame.rowCount, columns };
}

function isEmpty(column: Column): boolean {
  switch (column.kind) {
    case 'number':
      return column.values.every(Number.isNaN);
    case 'time':
      return column.micros.every(Number.isNaN);
    case 'category':
      return column.codes.every((code) => code < 0);
  }
}

function missingColumn({ name, kind }: ColumnShape, rowCount: number): Column {
  switch (kind) {
    case 'number':
      return { name, kind, values: new Float64Array(rowCount).fill(Number.NaN) };
    case 'time':
      return { name, kind, micros: new Float64Array(rowCount).fill(Number.NaN) };
    case 'category':
      return { name, kind, codes: new Int32Array(rowCount).fill(-1), levels: [] };
  }
}
