import type { Scope } from '../domain/run.ts';
import type { ColumnValues } from '../frame/duckdb-write.ts';
import { type Frame, requireColumn } from '../frame/frame.ts';
import { targetOf, weightsOf } from '../partition/target.ts';
import type { Spec } from '../spec/spec.ts';
import type { RunPlan } from '../stores/run-records.ts';
import {
  answerColumns,
  answerType,
  columnTexts,
  type MadeColumn,
  repeated,
} from './answer-columns.ts';

/** Rows of one partition with the predictions that one model was judged by. */
export type JudgedRows = {
  readonly partition: string;
  readonly scope: Scope;
  /** Of the whole partition, with the columns of `sourceColumns`. */
  readonly frame: Frame;
  /** Places in the frame, ascending. */
  readonly rows: Int32Array;
  /** rows × width, row-major. */
  readonly output: Float64Array;
  /** One byte per row of the frame. */
  readonly folds: Uint8Array;
  readonly split: 'holdout' | 'oof';
  /** Of the cross-validation, from 0. */
  readonly repeat: number;
  readonly algorithm: string | null;
};

/** The columns of the data that stand beside predictions. */
export function sourceColumns({ target, columns: { id, weight } }: Spec): readonly string[] {
  return [...new Set([target.column, id, weight])].filter((name) => name !== undefined);
}

/** Every column of the file, in order. */
export function predictionColumns(
  spec: Spec,
  { classes }: Pick<RunPlan, 'classes'>,
): readonly MadeColumn<JudgedRows>[] {
  const { task } = spec.target;
  const { id, weight } = spec.columns;
  return [
    { name: 'row', type: 'INTEGER', valuesOf: ({ rows }) => rows },
    {
      name: 'partition',
      type: 'VARCHAR',
      valuesOf: ({ partition, rows }) => repeated(partition, rows.length),
    },
    { name: 'scope', type: 'VARCHAR', valuesOf: ({ scope, rows }) => repeated(scope, rows.length) },
    { name: 'fold', type: 'INTEGER', valuesOf: foldsOf },
    { name: 'truth', type: answerType(task), valuesOf: (judged) => truths(judged, spec, classes) },
    ...answerColumns(task, classes),
    ...(id === undefined ? [] : [idColumn(id)]),
    ...(weight === undefined ? [] : [weightColumn(spec)]),
    {
      name: 'repeat',
      type: 'INTEGER',
      valuesOf: ({ rows, repeat }) => new Int32Array(rows.length).fill(repeat),
    },
    {
      name: 'candidate',
      type: 'VARCHAR',
      valuesOf: ({ algorithm, rows }) => repeated(algorithm, rows.length),
    },
  ];
}

function idColumn(id: string): MadeColumn<JudgedRows> {
  return {
    name: 'id',
    type: 'VARCHAR',
    valuesOf: ({ frame, rows }) => {
      const texts = columnTexts(requireColumn(frame, id));
      return Array.from(rows, (row) => texts[row] as string | null);
    },
  };
}

function weightColumn(spec: Spec): MadeColumn<JudgedRows> {
  return {
    name: 'weight',
    type: 'DOUBLE',
    valuesOf: ({ frame, rows }) => {
      const weights = weightsOf(frame, spec);
      return Float64Array.from(rows, (row) => weights?.[row] ?? Number.NaN);
    },
  };
}

/** Holdout rows are in no fold. */
function foldsOf({ rows, folds, split }: JudgedRows): ColumnValues {
  if (split === 'holdout') return repeated(null, rows.length);
  return Int32Array.from(rows, (row) => folds[row] as number);
}

function truths({ frame, rows }: JudgedRows, spec: Spec, classes: readonly string[]): ColumnValues {
  const target = targetOf(frame, { spec, task: spec.target.task, classes });
  if (target.kind === 'values')
    return Float64Array.from(rows, (row) => target.values[row] as number);
  return Array.from(rows, (row) => target.classes[target.codes[row] as number] ?? null);
}
