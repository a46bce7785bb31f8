import type { Database } from '../frame/duckdb.ts';
import { type ColumnSql, columnSql } from './column-sql.ts';
import type { Holds } from './holds.ts';
import { inferKinds } from './infer-kinds.ts';
import type { RawColumn } from './raw-table.ts';

/** A raw column, what was found in it, and what it is worth as SQL. */
export type FoundColumn = {
  readonly column: RawColumn;
  readonly holds: Holds;
  readonly sql: ColumnSql;
};

/** Looks into every raw column. `timezone`: the IANA zone of times that name none. */
export async function findColumns(
  database: Database,
  columns: readonly RawColumn[],
  timezone: string,
): Promise<readonly FoundColumn[]> {
  const kinds = await inferKinds(database, columns);
  return columns.map((column, i) => {
    const holds = kinds[i] as Holds;
    return { column, holds, sql: columnSql(column, holds, timezone) };
  });
}
