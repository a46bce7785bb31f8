import type { Database } from '../frame/duckdb.ts';
import { sqlName } from '../frame/sql-text.ts';
import { timeOfText } from './column-sql.ts';
import { FIRST_INEXACT, type Holds } from './holds.ts';
import { RAW, type RawColumn } from './raw-table.ts';

const INTEGER = '^(0|-?[1-9][0-9]*)$';
const NUMBER =
  '^[+-]?((0|[1-9][0-9]*)(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?$|^[+-]?(nan|NaN|inf|Inf|infinity|Infinity)$';
const TIME =
  '^[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\\.[0-9]{1,9})?)?( ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?))?)?$';
const BOOLEAN = '^(true|True|TRUE|false|False|FALSE)$';

const OF_TYPE: readonly (readonly [RegExp, Holds])[] = [
  [/^U?(TINY|SMALL)INT$|^U?INTEGER$/, 'integer'],
  [/^U?(BIG|HUGE)INT$/, 'wide_integer'],
  [/^(FLOAT|DOUBLE)$/, 'number'],
  [/^DECIMAL/, 'decimal'],
  [/^BOOLEAN$/, 'boolean'],
  [/^TIMESTAMP WITH TIME ZONE$/, 'instant'],
  [/^(DATE|TIMESTAMP(_S|_MS|_NS)?)$/, 'local_time'],
];

/** What each raw column holds. Costs two scans of the raw table, the second over text that may be something else. */
export async function inferKinds(
  database: Database,
  columns: readonly RawColumn[],
): Promise<readonly Holds[]> {
  const extremes = await aggregate(database, columns.map(extremesOf));
  const tests = columns.map((column, i) => testsOf(column, extremes[i] as Cell));
  const passed = await aggregate(database, tests);
  return columns.map((column, i) => decide(column, extremes[i] as Cell, passed[i] as Cell));
}

type Cell = { readonly [name: string]: unknown };

/** A struct of aggregates per column from one scan; an empty one where nothing is asked. */
async function aggregate(
  database: Database,
  structs: readonly (readonly string[])[],
): Promise<readonly Cell[]> {
  const asked = structs.flatMap((fields, i) =>
    fields.length === 0 ? [] : [`{ ${fields.join(', ')} } AS s${i}`],
  );
  if (asked.length === 0) return structs.map(() => ({}));
  const [row] = await database.rows(`SELECT ${asked.join(', ')} FROM ${RAW}`);
  return structs.map((_, i) => (row?.[`s${i}`] ?? {}) as Cell);
}

function extremesOf({ column, type, infer }: RawColumn): readonly string[] {
  const name = sqlName(column);
  if (holdsOf(type) === 'wide_integer')
    return [`wide: bool_or(abs(${name}::DOUBLE) >= ${FIRST_INEXACT})`];
  if (infer === 'nothing') return [];
  // Where every value has a form, the first and the last in text order have it.
  return [`low: left(min(${name}), 100)`, `high: left(max(${name}), 100)`];
}

function testsOf({ column, infer }: RawColumn, { low, high }: Cell): readonly string[] {
  const name = sqlName(column);
  const may = (pattern: string): boolean =>
    [low, high].every((value) => typeof value === 'string' && new RegExp(pattern).test(value));
  const all = (pattern: string): string => `bool_and(regexp_full_match(${name}, '${pattern}'))`;
  const tests: string[] = [];
  if (infer !== 'nothing' && may(TIME))
    tests.push(`time: ${all(TIME)} AND count(${timeOfText(name, 'UTC')}) = count(${name})`);
  if (infer === 'everything' && may(NUMBER))
    tests.push(
      `number: ${all(NUMBER)}`,
      `integer: ${all(INTEGER)}`,
      `wide: bool_or(abs(TRY_CAST(${name} AS DOUBLE)) >= ${FIRST_INEXACT})`,
    );
  if (infer === 'everything' && may(BOOLEAN)) tests.push(`boolean: ${all(BOOLEAN)}`);
  return tests;
}

function decide({ type, infer }: RawColumn, extremes: Cell, passed: Cell): Holds {
  const holds = holdsOf(type);
  if (holds === 'wide_integer') return extremes['wide'] === true ? 'wide_integer' : 'integer';
  if (infer === 'nothing' || holds !== 'text') return holds;
  if (infer === 'everything' && extremes['low'] === null) return 'nothing';
  if (passed['integer'] === true) return passed['wide'] === true ? 'wide_integer' : 'integer';
  if (passed['number'] === true) return 'number';
  if (passed['boolean'] === true) return 'boolean';
  return passed['time'] === true ? 'time_text' : 'text';
}

function holdsOf(type: string): Holds {
  return OF_TYPE.find(([pattern]) => pattern.test(type))?.[1] ?? 'text';
}
