import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { Field, makeData, RecordBatch, RecordBatchFileWriter, Schema, Struct } from 'apache-arrow';
import { dataOf, type StructType, type StructValues, TYPES } from './arrow-structs.ts';
import type { TableColumn, WrittenType, WrittenValues } from './duckdb-write.ts';

const STRUCT_TYPES: { readonly [type in WrittenType]: StructType } = {
  DOUBLE: 'double',
  INTEGER: 'int',
  BIGINT: 'bigint',
  UBIGINT: 'bigint',
  VARCHAR: 'string',
  BOOLEAN: 'boolean',
  TIMESTAMP: 'timestamp_ntz',
  TIMESTAMPTZ: 'timestamp',
};

/** Writes batches of columns as an Arrow file (format with a footer, no dictionaries, uncompressed). */
export async function writeArrowFile(
  path: string,
  columns: readonly TableColumn[],
  batches: AsyncIterable<readonly WrittenValues[]>,
): Promise<void> {
  const fields = columns.map(({ name, type }) => ({ name, type: STRUCT_TYPES[type] }));
  const schema = new Schema(fields.map(({ name, type }) => new Field(name, TYPES[type](), true)));
  const recordBatches = async function* (): AsyncGenerator<RecordBatch> {
    let isEmpty = true;
    for await (const values of batches) {
      isEmpty = false;
      yield batchOf(schema, fields, values);
    }
    // A file without a batch would have no schema.
    if (isEmpty)
      yield batchOf(
        schema,
        fields,
        fields.map(() => []),
      );
  };
  const writer = new RecordBatchFileWriter();
  const written = pipeline(writer.toNodeStream(), createWriteStream(path));
  for await (const batch of recordBatches()) writer.write(batch);
  writer.finish();
  await written;
}

function batchOf(
  schema: Schema,
  fields: readonly { readonly name: string; readonly type: StructType }[],
  values: readonly WrittenValues[],
): RecordBatch {
  const length = values[0]?.length ?? 0;
  const children = fields.map((field, i) =>
    dataOf(field, TYPES[field.type](), [...(values[i] as Iterable<StructValues[number]>)]),
  );
  return new RecordBatch(
    schema,
    makeData({ type: new Struct(schema.fields), length, nullCount: 0, children }),
  );
}
