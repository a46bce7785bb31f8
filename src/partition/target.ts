import { Failure } from '../domain/failure.ts';
import type { Task } from '../domain/metric.ts';
import { comparePartitions } from '../domain/partition.ts';
import type { Target } from '../estimators/estimator.ts';
import { type Column, type Frame, findColumn, requireColumn } from '../frame/frame.ts';
import type { Spec } from '../spec/spec.ts';

/** A column read as class labels: codes into `labels` (code-unit order), −1 = missing. */
export type Labels = { readonly codes: Int32Array; readonly labels: readonly string[] };

/** Numbers that name classes become their shortest text: 1, 0.5, −3. */
export function labelsOf(column: Column): Labels {
  if (column.kind === 'category') return { codes: column.codes, labels: column.levels };
  const values = column.kind === 'number' ? column.values : column.micros;
  // −0 and 0 are one label.
  const texts = new Map<number, string>();
  for (const value of values) if (!Number.isNaN(value)) texts.set(value, String(value));
  const labels = [...texts.values()].sort(comparePartitions);
  const codeOf = new Map(labels.map((label, code) => [label, code]));
  const codes = Int32Array.from(values, (value) =>
    Number.isNaN(value) ? -1 : (codeOf.get(texts.get(value) as string) as number),
  );
  return { codes, labels };
}

/** The target of every row, coded by the run's classes; −1 or NaN where there is none. */
export function targetOf(
  frame: Frame,
  {
    spec,
    task,
    classes,
  }: { readonly spec: Spec; readonly task: Task; readonly classes: readonly string[] },
): Target {
  const column = requireColumn(frame, spec.target.column);
  if (task === 'regression') return { kind: 'values', values: numbersOf(column, 'target') };
  const { codes, labels } = labelsOf(column);
  const codeOf = new Map(classes.map((label, code) => [label, code]));
  const runCodes = labels.map((label) => codeOf.get(label) ?? -1);
  // Where the partition has the run's classes, its codes are the run's: no copy of millions.
  if (runCodes.every((runCode, code) => runCode === code))
    return { kind: 'classes', classes, codes };
  return {
    kind: 'classes',
    classes,
    codes: codes.map((code) => (code < 0 ? -1 : (runCodes[code] as number))),
  };
}

/** The declared weight of every row, NaN where missing; `undefined` when the spec declares none. */
export function weightsOf(frame: Frame, spec: Spec): Float64Array | undefined {
  const { weight } = spec.columns;
  return weight === undefined ? undefined : numbersOf(requireColumn(frame, weight), 'weight');
}

/** µs of the declared time column, NaN where missing; `undefined` when the spec declares none. */
export function timesOf(frame: Frame, spec: Spec): Float64Array | undefined {
  const column = spec.time === undefined ? undefined : findColumn(frame, spec.time);
  if (column === undefined) return undefined;
  return column.kind === 'time' ? column.micros : numbersOf(column, 'time');
}

function numbersOf(column: Column, role: string): Float64Array {
  if (column.kind === 'number') return column.values;
  throw new Failure(
    'invalid-data',
    `The ${role} column "${column.name}" holds ${column.kind === 'time' ? 'timestamps' : 'text'}, not numbers. Name another column, or set its type in columns.types.`,
  );
}
