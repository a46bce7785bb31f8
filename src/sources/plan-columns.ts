import { entryOf } from '../domain/entry.ts';
import type { Database } from '../frame/duckdb.ts';
import { sqlName } from '../frame/sql-text.ts';
import type { TableSpec } from '../spec/spec.ts';
import { type FoundColumn, findColumns } from './find-columns.ts';
import type { Holds } from './holds.ts';
import type { RawColumn } from './raw-table.ts';
import {
  asNumber,
  asTime,
  asTimestamp,
  checkEvery,
  finite,
  type TypedColumn,
  unsuitable,
} from './typed-column.ts';

/** A snapshot column and how it comes from the raw table. */
export type PlannedColumn = TypedColumn & {
  readonly name: string;
  readonly sourceType: string;
  /** What its values were taken for. */
  readonly holds: Holds;
};

/**
 * What each column becomes: its own kind, or the one its role or the spec asks for. Throws `Failure('invalid-data')`
 * where values do not suit, with the first of them.
 */
export async function planColumns(
  database: Database,
  columns: readonly RawColumn[],
  spec: TableSpec,
): Promise<readonly PlannedColumn[]> {
  const planned: PlannedColumn[] = [];
  for (const found of await findColumns(database, columns, spec.data.timezone)) {
    const { name, sourceType } = found.column;
    const typed = await typeColumn(database, found, spec);
    planned.push({ name, sourceType, holds: takenFor(found, spec), ...typed });
  }
  return planned;
}

/** What its texts are written like, in new data too. */
function takenFor({ column, holds }: FoundColumn, spec: TableSpec): Holds {
  const declared = entryOf(spec.columns.types, column.name);
  return declared === 'text' || declared === 'boolean' ? declared : holds;
}

async function typeColumn(
  database: Database,
  found: FoundColumn,
  spec: TableSpec,
): Promise<TypedColumn> {
  const { name } = found.column;
  const declared = entryOf(spec.columns.types, name);
  const own = declared ? await declaredType(database, found, declared, spec) : ownType(found);
  if (name === spec.time) return asTime(database, found, own);
  if (name === spec.columns.weight) return mustBeNumber(own, found, 'a weight is a number');
  if (name === spec.target?.column && spec.target.task === 'regression')
    return mustBeNumber(own, found, 'regression needs a number');
  const isKey =
    spec.partition.by.includes(name) && entryOf(spec.partition.bins, name) === undefined;
  if (isKey) return asText(own, found, 'part of the key, kept as text');
  if (name === spec.columns.id) return asText(own, found, 'identifier, kept as text');
  if (name === spec.target?.column) return asText(own, found, 'class labels, kept as text');
  return own;
}

/** By what the values are. */
export function ownType({ column, holds, sql }: FoundColumn): TypedColumn {
  switch (holds) {
    case 'integer':
    case 'number':
    case 'decimal':
    case 'nothing':
      return {
        kind: 'number',
        sql: finite(sql.number as string),
        ...(/^(decimal|numeric)/i.test(column.sourceType) && {
          note: 'decimals as the nearest doubles',
        }),
      };
    case 'instant':
    case 'local_time':
    case 'time_text':
      return { kind: 'time', sql: sql.time as string };
    case 'wide_integer':
      return {
        kind: 'category',
        sql: sql.text,
        note: 'integers beyond 2^53 kept as text: a double would round them',
      };
    case 'boolean':
      return { kind: 'category', sql: sql.text };
    case 'text':
      return /^(VARCHAR|ENUM|UUID)/.test(column.type)
        ? { kind: 'category', sql: sql.text }
        : { kind: 'category', sql: sql.text, note: `${column.type} kept as text` };
  }
}

/** By what `columns.types` says. */
async function declaredType(
  database: Database,
  found: FoundColumn,
  declared: TableSpec['columns']['types'][string],
  spec: TableSpec,
): Promise<TypedColumn> {
  const { holds, sql } = found;
  switch (declared) {
    case 'text': {
      const { column, type } = found.column;
      const text = type === 'VARCHAR' ? sqlName(column) : sql.text;
      return { kind: 'category', sql: text, note: 'kept as text by the spec' };
    }
    case 'number':
      if (holds === 'wide_integer')
        throw unsuitable(
          found,
          'holds integers beyond 2^53, which a double would round: declare it `text`',
        );
      return asNumber(database, found);
    case 'timestamp':
      return asTimestamp(database, found, { timezone: spec.data.timezone });
    case 'boolean': {
      const text = `lower(TRY_CAST(${sql.text} AS BOOLEAN)::VARCHAR)`;
      await checkEvery(database, found, text, 'neither true nor false');
      return { kind: 'category', sql: text };
    }
  }
}

function mustBeNumber(own: TypedColumn, found: FoundColumn, why: string): TypedColumn {
  if (own.kind === 'number') return own;
  throw unsuitable(found, `holds ${own.note ?? found.holds.replace('_', ' ')}, but ${why}`);
}

function asText(own: TypedColumn, { sql }: FoundColumn, note: string): TypedColumn {
  return own.kind === 'category' ? own : { kind: 'category', sql: sql.text, note };
}
