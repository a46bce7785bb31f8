import { Failure } from '../domain/failure.ts';
import type { Database } from '../frame/duckdb.ts';
import { sqlName } from '../frame/sql-text.ts';
import { type LoadContext, RAW, type RawColumn, rawColumnName } from './raw-table.ts';

export type FileColumn = { readonly name: string; readonly type: string };

/** Types that hold many values in a cell, or bytes: they are no column of a table that a model learns from. */
const UNSUPPORTED = /\[\d*\]$|^(STRUCT|MAP|UNION|BLOB|VARIANT|GEOMETRY)\b/;

/** What a file reader finds, under the names given (by position) or its own. */
export async function namedColumns(
  database: Database,
  reader: string,
  names?: readonly string[],
): Promise<readonly FileColumn[]> {
  const rows = await database.rows(`DESCRIBE SELECT * FROM ${reader}`);
  return rows.map((row, i) => ({
    name: names?.[i] ?? String(row['column_name']),
    type: String(row['column_type']),
  }));
}

/** Copies a reader's rows to the raw table; dropped columns of a type that we can't hold are left out. */
export async function selectRaw(
  { database, isDropped }: LoadContext,
  file: {
    readonly reader: string;
    readonly columns: readonly FileColumn[];
    readonly infer?: (column: FileColumn) => RawColumn['infer'];
    readonly limit?: number;
  },
): Promise<{ readonly columns: readonly RawColumn[]; readonly leftOut: readonly FileColumn[] }> {
  const kept = file.columns.flatMap((column, i) =>
    isHeld(column, isDropped) ? [{ column, i }] : [],
  );
  const columns = kept.map(({ column: { name, type }, i }): RawColumn => {
    const infer = file.infer?.({ name, type }) ?? 'nothing';
    return { name, column: rawColumnName(i), type, sourceType: type, infer };
  });
  if (columns.length === 0) throw new Failure('invalid-data', 'The source has no columns.');
  const aliases = file.columns.map((_, i) => sqlName(rawColumnName(i))).join(', ');
  const list = columns.map(({ column }) => sqlName(column)).join(', ');
  const limit = file.limit === undefined ? '' : ` LIMIT ${file.limit}`;
  await database.run(
    `CREATE TABLE ${RAW} AS SELECT ${list} FROM ${file.reader} AS source(${aliases})${limit}`,
  );
  return { columns, leftOut: file.columns.filter((column) => !isHeld(column, isDropped)) };
}

/** False for a column that no table of ours can hold and the spec drops. */
function isHeld(column: FileColumn, isDropped: LoadContext['isDropped']): boolean {
  if (!UNSUPPORTED.test(column.type)) return true;
  refuseUnlessDropped(column, isDropped);
  return false;
}

/** Throws `Failure('invalid-data')` for a column of an unsupported type, unless the spec drops it. */
export function refuseUnlessDropped(
  { name, type }: FileColumn,
  isDropped: LoadContext['isDropped'],
): void {
  if (isDropped(name)) return;
  throw new Failure(
    'invalid-data',
    `Column \`${name}\` is ${type}, which no feature can be made of: put it under \`columns.drop\`, or take its parts out first.`,
  );
}
