import type { Database } from '../frame/duckdb.ts';
import { sqlName } from '../frame/sql-text.ts';
import type { TableSpec } from '../spec/spec.ts';
import { numberText, timeOfText } from './column-sql.ts';
import { type FoundColumn, findColumns } from './find-columns.ts';
import type { Holds } from './holds.ts';
import type { PlannedColumn } from './plan-columns.ts';
import type { RawColumn } from './raw-table.ts';
import { checkPlaces, isLeftOut } from './scored-columns.ts';
import type { SnapshotColumn } from './snapshot.ts';
import { asNumber, asTimestamp, type TypedColumn } from './typed-column.ts';

/**
 * New data as training would have read them: its columns in their order, so that a row that it has read has the same hash,
 * its kinds, and texts written as it wrote them. Throws
 * `Failure('invalid-data')` where values do not suit, or where key or order can't be told. Whether every feature is
 * there is the model's to say: it knows which it uses.
 */
export async function planScoring(
  database: Database,
  columns: readonly RawColumn[],
  spec: TableSpec,
  trained: readonly SnapshotColumn[],
): Promise<readonly PlannedColumn[]> {
  checkPlaces(
    spec,
    columns.map(({ name }) => name),
  );
  const used = trained
    .filter(({ name }) => !isLeftOut(spec, trained, name))
    .flatMap(({ name }) => columns.find((column) => column.name === name) ?? []);
  const planned: PlannedColumn[] = [];
  for (const found of await findColumns(database, used, spec.data.timezone)) {
    const { name, sourceType } = found.column;
    const as = trained.find((column) => column.name === name) as SnapshotColumn;
    const typed = await typedAs(database, found, as, spec.data.timezone);
    planned.push({ name, sourceType, holds: as.holds, ...typed });
  }
  return planned;
}

async function typedAs(
  database: Database,
  found: FoundColumn,
  { kind, holds, unit }: Pick<SnapshotColumn, 'kind' | 'holds' | 'unit'>,
  timezone: string,
): Promise<TypedColumn> {
  switch (kind) {
    case 'number':
      return asNumber(database, found);
    case 'time':
      return asTimestamp(database, found, { timezone, unit });
    case 'category':
      return { kind, sql: textAs(holds, found, timezone) };
  }
}

/** A text that has no such form stays as it is: then it is one that training never saw. */
function textAs(holds: Holds, { column, sql }: FoundColumn, timezone: string): string {
  const text = column.type === 'VARCHAR' ? sqlName(column.column) : sql.text;
  switch (holds) {
    case 'integer':
    case 'number':
    case 'decimal':
      return `coalesce(${numberText(sql.number ?? `TRY_CAST(${text} AS DOUBLE)`)}, ${text})`;
    case 'boolean':
      return `coalesce(lower(TRY_CAST(${text} AS BOOLEAN)::VARCHAR), ${text})`;
    case 'instant':
    case 'local_time':
      return `coalesce((${sql.time ?? timeOfText(text, timezone)})::VARCHAR, ${text})`;
    case 'time_text':
    case 'wide_integer':
    case 'text':
    case 'nothing':
      return text;
  }
}
