import { sqlName, sqlText } from '../frame/sql-text.ts';
import { FIRST_INEXACT, type Holds } from './holds.ts';
import type { RawColumn } from './raw-table.ts';

/** What a raw column is worth as SQL, by what it holds. */
export type ColumnSql = {
  /** DOUBLE, possibly infinite; null where the column holds no numbers. */
  readonly number: string | null;
  /** TIMESTAMP in UTC; null where the column holds no times. */
  readonly time: string | null;
  readonly text: string;
};

const ZONE = '( ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?))$';

/** `timezone`: the IANA zone of times that name none. */
export function columnSql(column: RawColumn, holds: Holds, timezone: string): ColumnSql {
  const raw = sqlName(column.column);
  const isText = column.type === 'VARCHAR';
  switch (holds) {
    case 'integer':
      return { number: `${raw}::DOUBLE`, time: null, text: `${raw}::VARCHAR` };
    case 'wide_integer':
      return { number: null, time: null, text: `${raw}::VARCHAR` };
    case 'number':
      return { number: `${raw}::DOUBLE`, time: null, text: numberText(`${raw}::DOUBLE`) };
    case 'decimal':
      // Through its text: the direct cast divides, and would round twice.
      return {
        number: `${raw}::VARCHAR::DOUBLE`,
        time: null,
        text: numberText(`${raw}::VARCHAR::DOUBLE`),
      };
    case 'boolean':
      return { number: null, time: null, text: `lower(${raw}::VARCHAR)` };
    case 'instant':
      return timeSql(`timezone('UTC', ${raw})`);
    case 'local_time':
      return timeSql(inZone(`${raw}::TIMESTAMP`, timezone));
    case 'time_text':
      return { ...timeSql(timeOfText(raw, timezone)), text: raw };
    case 'nothing':
      return { number: 'NULL::DOUBLE', time: 'NULL::TIMESTAMP', text: 'NULL::VARCHAR' };
    case 'text':
      return { number: null, time: null, text: isText ? raw : `${raw}::VARCHAR` };
  }
}

/** The shortest text of a double; whole numbers without a point, so that 7 and 7.0 are one key. */
export function numberText(double: string): string {
  return `CASE WHEN abs(${double}) < ${FIRST_INEXACT} AND ${double} = floor(${double}) THEN TRY_CAST(${double} AS BIGINT)::VARCHAR ELSE replace((${double})::VARCHAR, 'nan', 'NaN') END`;
}

/** A text as a time in UTC; null where it is none. */
export function timeOfText(text: string, timezone: string): string {
  const zoned = `timezone('UTC', TRY_CAST(${zonedText(text)} AS TIMESTAMPTZ))`;
  const local = inZone(`TRY_CAST(${text} AS TIMESTAMP)`, timezone);
  return `CASE WHEN length(${text}) > 16 AND regexp_matches(${text}, '${ZONE}') THEN ${zoned} ELSE ${local} END`;
}

/** What DuckDB's cast wants of a time with a zone: seconds, no space before the offset, a colon inside it. */
function zonedText(text: string): string {
  const zone = `regexp_replace(${text}, ' ?(Z|UTC|[+-][0-9:]+)$', '\\1')`;
  const seconds = `regexp_replace(${zone}, '^(.{16})([ZU+-])', '\\1:00\\2')`;
  const utc = `replace(${seconds}, 'UTC', 'Z')`;
  return `regexp_replace(${utc}, '([+-][0-9]{2}):?([0-9]{2})$', '\\1:\\2')`;
}

function timeSql(time: string): ColumnSql {
  const finite = `CASE WHEN isfinite(${time}) THEN ${time} END`;
  return { number: null, time: finite, text: `(${finite})::VARCHAR` };
}

function inZone(local: string, timezone: string): string {
  return timezone === 'UTC' ? local : `timezone('UTC', timezone(${sqlText(timezone)}, ${local}))`;
}
