import { Failure } from '../domain/failure.ts';
import type { Database } from '../frame/duckdb.ts';
import { sqlText } from '../frame/sql-text.ts';
import { timeOfText } from './column-sql.ts';
import type { FoundColumn } from './find-columns.ts';
import { RAW } from './raw-table.ts';
import { type TimeUnit, UNITS, unitOf } from './time-unit.ts';

/** What a column is worth to models, and the SQL over the raw table that gives it. */
export type TypedColumn = {
  readonly kind: 'number' | 'category' | 'time';
  readonly sql: string;
  readonly note?: string;
  /** Of a time that comes as numbers since 1970 UTC. */
  readonly unit?: TimeUnit;
};

/** Every value as a double, infinities as missing. Throws `Failure('invalid-data')` at the first text that is none. */
export async function asNumber(database: Database, found: FoundColumn): Promise<TypedColumn> {
  const { text, number: own } = found.sql;
  const number = own ?? `TRY_CAST(${booleanNumber(text)} AS DOUBLE)`;
  await checkEvery(database, found, number, 'no number');
  return { kind: 'number', sql: finite(number) };
}

/**
 * Every value as a time; numbers in the unit that training found, if any. Throws `Failure('invalid-data')` at the first
 * text that is none.
 */
export async function asTimestamp(
  database: Database,
  found: FoundColumn,
  { timezone, unit }: { readonly timezone: string; readonly unit?: TimeUnit | undefined },
): Promise<TypedColumn> {
  const { number, text, time: own } = found.sql;
  if (number !== null) return asTime(database, found, { kind: 'number', sql: number }, unit);
  const time = own ?? timeOfText(text, timezone);
  await checkEvery(database, found, time, 'no timestamp such as 2026-01-31 12:00:00');
  return { kind: 'time', sql: time };
}

/** Numbers as times since 1970, in the unit that their size suggests unless one is `known`. Throws `Failure('invalid-data')` where the column holds something else. */
export async function asTime(
  database: Database,
  found: FoundColumn,
  own: TypedColumn,
  known?: TimeUnit,
): Promise<TypedColumn> {
  if (own.kind === 'time') return own;
  if (own.kind === 'category')
    throw unsuitable(
      found,
      'is the `time` column, but not all of its values are times: give `columns.types` a hint or correct them',
    );
  const unit = known ?? (await likelyUnit(database, own.sql));
  return {
    kind: 'time',
    sql: `make_timestamp(round((${own.sql}) ${UNITS[unit].micros})::BIGINT)`,
    note: `numbers taken as ${unit} since 1970 UTC`,
    unit,
  };
}

async function likelyUnit(database: Database, number: string): Promise<TimeUnit> {
  const largest = await database.count(`SELECT coalesce(max(abs(${number})), 0) FROM ${RAW}`);
  return unitOf(largest).unit;
}

/** Throws when a value that is there has no counterpart. */
export async function checkEvery(
  database: Database,
  found: FoundColumn,
  sql: string,
  what: string,
): Promise<void> {
  const [bad] = await database.rows(
    `SELECT rowid + 1 AS row, left(${found.sql.text}, 100) AS value FROM ${RAW} WHERE ${found.sql.text} IS NOT NULL AND ${sql} IS NULL ORDER BY rowid LIMIT 1`,
  );
  if (bad)
    throw unsuitable(
      found,
      `holds ${sqlText(String(bad['value']))} in row ${String(bad['row'])}, which is ${what}`,
    );
}

export function unsuitable({ column }: FoundColumn, what: string): Failure {
  return new Failure('invalid-data', `Column \`${column.name}\` ${what}.`);
}

export function finite(double: string): string {
  return `CASE WHEN isfinite(${double}) THEN ${double} END`;
}

function booleanNumber(text: string): string {
  return `CASE ${text} WHEN 'true' THEN '1' WHEN 'false' THEN '0' ELSE ${text} END`;
}
