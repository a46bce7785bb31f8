import { Failure } from '../domain/failure.ts';
import { type Database, sqlName, sqlText } from '../frame/duckdb.ts';
import type { Spec } from '../spec/spec.ts';
import { type ColumnSql, columnSql, timeOfText } from './column-sql.ts';
import type { Holds } from './holds.ts';
import { inferKinds } from './infer-kinds.ts';
import { RAW, type RawColumn } from './raw-table.ts';

/** A snapshot column and how it comes from the raw table. */
export type PlannedColumn = {
  readonly name: string;
  readonly kind: 'number' | 'category' | 'time';
  readonly sourceType: string;
  readonly note?: string;
  /** DOUBLE, VARCHAR or TIMESTAMP over the raw table; null = missing. */
  readonly sql: string;
  /** Whole numbers or texts: what an identifier is made of. */
  readonly isDiscrete: boolean;
};

type Typed = Pick<PlannedColumn, 'kind' | 'sql'> & { readonly note?: string };
type Raw = { readonly column: RawColumn; readonly holds: Holds; readonly sql: ColumnSql };

/**
 * What each column becomes: its own kind, or the one its role or the spec asks for. Throws `Failure('invalid-data')`
 * where values do not suit, with the first of them.
 */
export async function planColumns(
  database: Database,
  columns: readonly RawColumn[],
  spec: Spec,
): Promise<readonly PlannedColumn[]> {
  const holds = await inferKinds(database, columns);
  const { timezone } = spec.data;
  const planned: PlannedColumn[] = [];
  for (const [i, column] of columns.entries()) {
    const raw = {
      column,
      holds: holds[i] as Holds,
      sql: columnSql(column, holds[i] as Holds, timezone),
    };
    const { name, sourceType } = column;
    const typed = await typeColumn(database, raw, spec);
    const isDiscrete = typed.kind === 'category' || raw.holds === 'integer';
    planned.push({ name, sourceType, isDiscrete, ...typed });
  }
  return planned;
}

async function typeColumn(database: Database, raw: Raw, spec: Spec): Promise<Typed> {
  const { name } = raw.column;
  const declared = spec.columns.types[name];
  const own = declared ? await declaredType(database, raw, declared, spec) : ownType(raw);
  if (name === spec.time) return asTime(database, raw, own);
  if (name === spec.columns.weight) return mustBeNumber(own, raw, 'a weight is a number');
  if (name === spec.target.column && spec.target.task === 'regression')
    return mustBeNumber(own, raw, 'regression needs a number');
  const isKey = spec.partition.by.includes(name) && spec.partition.bins[name] === undefined;
  if (isKey) return asText(own, raw, 'part of the key, kept as text');
  if (name === spec.columns.id) return asText(own, raw, 'identifier, kept as text');
  if (name === spec.target.column) return asText(own, raw, 'class labels, kept as text');
  return own;
}

/** By what the values are. */
function ownType({ column, holds, sql }: Raw): Typed {
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
  raw: Raw,
  declared: Spec['columns']['types'][string],
  spec: Spec,
): Promise<Typed> {
  const { holds, sql } = raw;
  switch (declared) {
    case 'text': {
      const { column, type } = raw.column;
      const text = type === 'VARCHAR' ? sqlName(column) : sql.text;
      return { kind: 'category', sql: text, note: 'kept as text by the spec' };
    }
    case 'number': {
      if (holds === 'wide_integer')
        throw unsuitable(
          raw,
          'holds integers beyond 2^53, which a double would round: declare it `text`',
        );
      const number = sql.number ?? `TRY_CAST(${booleanNumber(sql.text)} AS DOUBLE)`;
      await checkEvery(database, raw, number, 'no number');
      return { kind: 'number', sql: finite(number) };
    }
    case 'timestamp': {
      if (sql.number !== null) return asTime(database, raw, { kind: 'number', sql: sql.number });
      const time = sql.time ?? timeOfText(sql.text, spec.data.timezone);
      await checkEvery(database, raw, time, 'no timestamp such as 2026-01-31 12:00:00');
      return { kind: 'time', sql: time };
    }
    case 'boolean': {
      const text = `lower(TRY_CAST(${sql.text} AS BOOLEAN)::VARCHAR)`;
      await checkEvery(database, raw, text, 'neither true nor false');
      return { kind: 'category', sql: text };
    }
  }
}

/** Units of a numeric time by its largest value: seconds reach the year 5138, milliseconds too, and so on. */
const UNITS = [
  { below: 1e11, word: 'seconds', micros: '* 1000000' },
  { below: 1e14, word: 'milliseconds', micros: '* 1000' },
  { below: 1e17, word: 'microseconds', micros: '' },
  { below: Infinity, word: 'nanoseconds', micros: '/ 1000' },
];

async function asTime(database: Database, raw: Raw, own: Typed): Promise<Typed> {
  if (own.kind === 'time') return own;
  if (own.kind === 'category')
    throw unsuitable(
      raw,
      'is the `time` column, but not all of its values are times: give `columns.types` a hint or correct them',
    );
  const largest = await database.count(`SELECT coalesce(max(abs(${own.sql})), 0) FROM ${RAW}`);
  const unit = UNITS.find(({ below }) => largest < below) as (typeof UNITS)[number];
  return {
    kind: 'time',
    sql: `make_timestamp(round((${own.sql}) ${unit.micros})::BIGINT)`,
    note: `numbers taken as ${unit.word} since 1970 UTC`,
  };
}

function mustBeNumber(own: Typed, raw: Raw, why: string): Typed {
  if (own.kind === 'number') return own;
  throw unsuitable(raw, `holds ${own.note ?? raw.holds.replace('_', ' ')}, but ${why}`);
}

function asText(own: Typed, { sql }: Raw, note: string): Typed {
  return own.kind === 'category' ? own : { kind: 'category', sql: sql.text, note };
}

/** Throws when a value that is there has no counterpart. */
async function checkEvery(database: Database, raw: Raw, sql: string, what: string): Promise<void> {
  const [bad] = await database.rows(
    `SELECT rowid + 1 AS row, left(${raw.sql.text}, 100) AS value FROM ${RAW} WHERE ${raw.sql.text} IS NOT NULL AND ${sql} IS NULL ORDER BY rowid LIMIT 1`,
  );
  if (bad)
    throw unsuitable(
      raw,
      `holds ${sqlText(String(bad['value']))} in row ${String(bad['row'])}, which is ${what}`,
    );
}

function unsuitable({ column }: Raw, what: string): Failure {
  return new Failure('invalid-data', `Column \`${column.name}\` ${what}.`);
}

function finite(double: string): string {
  return `CASE WHEN isfinite(${double}) THEN ${double} END`;
}

function booleanNumber(text: string): string {
  return `CASE ${text} WHEN 'true' THEN '1' WHEN 'false' THEN '0' ELSE ${text} END`;
}
