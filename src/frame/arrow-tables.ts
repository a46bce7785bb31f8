import {
  Field,
  type Int32,
  Int32 as Int32Type,
  makeData,
  makeVector,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableFromIPC,
  tableToIPC,
  Vector,
} from 'apache-arrow';
import { dataOf, type StructField, type StructValues, TYPES } from './arrow-structs.ts';

/** Columns of integers as an Arrow stream without dictionaries. */
export function integersToArrow(columns: { readonly [name: string]: Int32Array }): Uint8Array {
  const vectors = Object.entries(columns).map(([name, data]): [string, Vector<Int32>] => [
    name,
    makeVector(makeData({ type: new Int32Type(), data })),
  ]);
  return tableToIPC(new Table(Object.fromEntries(vectors)), 'stream');
}

/** Columns of any type that Spark takes as an Arrow stream without dictionaries. */
export function columnsToArrow(
  fields: readonly StructField[],
  columns: readonly StructValues[],
): Uint8Array {
  const schema = new Schema(fields.map(({ name, type }) => new Field(name, TYPES[type](), true)));
  const children = fields.map((field, i) =>
    dataOf(field, TYPES[field.type](), columns[i] as StructValues),
  );
  const length = columns[0]?.length ?? 0;
  const data = makeData({ type: new Struct(schema.fields), length, nullCount: 0, children });
  return tableToIPC(new Table(schema, [new RecordBatch(schema, data)]), 'stream');
}

/** The rows of an Arrow stream as objects: numbers, bigints, texts, bytes (views of the stream) or null. */
export function recordsFromArrow(
  arrow: Uint8Array,
): readonly { readonly [name: string]: unknown }[] {
  const table = tableFromIPC(arrow);
  const columns = table.schema.fields.map(({ name }, i) => ({ name, values: table.getChildAt(i) }));
  return Array.from({ length: table.numRows }, (_, row) =>
    Object.fromEntries(columns.map(({ name, values }) => [name, values?.get(row) as unknown])),
  );
}
