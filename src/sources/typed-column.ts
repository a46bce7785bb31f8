import { Failure } from '../domain/failure.ts';
import { type Database, sqlText } from '../frame/duckdb.ts';
import { timeOfText } from './column-sql.ts';
import type { FoundColumn } from './find-columns.ts';
import { RAW } from './raw-table.ts';

/** What a column is worth to models, and the SQL over the raw table that gives it. */
export type TypedColumn = {
  readonly kind: 'number' | 'category' | 'time';
  readonly sql: string;
  readonly note?: string;
};

/** Every value as a double, infinities as missing. Throws `Failure('invalid-data')` at the first text that is none. */
export async function asNumber(database: Database, found: FoundColumn): Promise<TypedColumn> {
  const { text, number: own } = found.sql;
  const number = own ?? `TRY_CAST(${booleanNumber(text)} AS DOUBLE)`;
  await checkEvery(database, found, number, 'no number');
  return { kind: 'number', sql: finite(number) };
}

/** Every value as a time. Throws `Failure('invalid-data')` at the first text that is none. */
export async function asTimestamp(
  database: Database,
  found: FoundColumn,
  timezone: string,
): Promise<TypedColumn> {
  const { number, text, time: own } = found.sql;
  if (number !== null) return asTime(database, found, { kind: 'number', sql: number });
  const time = own ?? timeOfText(text, timezone);
  await checkEvery(database, found, time, 'no timestamp such as 2026-01-31 12:00:00');
  return { kind: 'time', sql: time };
}

/** Units of a numeric time by its largest value: seconds reach the year 5138, milliseconds too, and so on. */
const UNITS = [
  { below: 1e11, word: 'seconds', micros: '* 1000000' },
  { below: 1e14, word: 'milliseconds', micros: '* 1000' },
  { below: 1e17, word: 'microseconds', micros: '' },
  { below: Infinity, word: 'nanoseconds', micros: '/ 1000' },
];

/** Numbers as times since 1970. Throws `Failure('invalid-data')` where the column holds something else. */
export async function asTime(
  database: Database,
  found: FoundColumn,
  own: TypedColumn,
): Promise<TypedColumn> {
  if (own.kind === 'time') return own;
  if (own.kind === 'category')
    throw unsuitable(
      found,
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
