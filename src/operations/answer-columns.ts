import type { Task } from '../domain/metric.ts';
import type { ColumnValues, TableColumn, TableType, WrittenValues } from '../frame/duckdb-write.ts';
import type { Column } from '../frame/frame.ts';
import { likeliestLabels, probabilitiesOf } from '../partition/answers.ts';
import { labelsOf } from '../partition/target.ts';

/** A column of a table, and how its values come from what a piece of the table is written from. */
export type MadeColumn<Piece> = TableColumn & {
  readonly valuesOf: (piece: Piece) => WrittenValues;
};

/** Predictions of rows: rows × max(1, classes), row-major; NaN = no prediction. */
export type Answers = { readonly output: Float64Array };

/** What targets and predictions are in a table: a class's label, or a number. */
export function answerType(task: Task): TableType {
  return task === 'classification' ? 'VARCHAR' : 'DOUBLE';
}

/**
 * `prediction` (the value, or the label of the highest probability, the first of equals) and a column `p:CLASS` for every
 * class; null where there is no prediction.
 */
export function answerColumns(
  task: Task,
  classes: readonly string[],
): readonly MadeColumn<Answers>[] {
  return [
    {
      name: 'prediction',
      type: answerType(task),
      valuesOf: ({ output }) =>
        classes.length === 0 ? presentNumbers(output) : likeliestLabels(output, classes),
    },
    ...classes.map(
      (label, k): MadeColumn<Answers> => ({
        name: `p:${label}`,
        type: 'DOUBLE',
        valuesOf: ({ output }) => presentNumbers(probabilitiesOf(output, classes, k)),
      }),
    ),
  ];
}

/** A column of the data as people wrote it; null = missing. */
export function columnTexts(column: Column): readonly (string | null)[] {
  const { codes, labels } = labelsOf(column);
  return Array.from(codes, (code) => labels[code] ?? null);
}

/** The same text in every row. */
export function repeated(text: string | null, rowCount: number): readonly (string | null)[] {
  return Array.from({ length: rowCount }, () => text);
}

/** NaN = missing. */
export function presentNumbers(values: Float64Array): ColumnValues {
  if (!values.some(Number.isNaN)) return values;
  return Array.from(values, (value) => (Number.isNaN(value) ? null : value));
}
