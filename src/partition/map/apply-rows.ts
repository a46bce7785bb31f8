import type { JsonObject } from '../../domain/json.ts';
import type { PartitionKey } from '../../domain/partition.ts';
import type { PartitionData, PartitionFunction } from '../partition-function.ts';
import { partitionRows } from './partition-rows.ts';
import { columnBytes } from './row-bytes.ts';
import {
  OUTPUT_TYPES,
  type OutputRow,
  type OutputSchema,
  type OutputType,
  type RowFunction,
} from './row-function.ts';

/** `output`: only what the function would give. */
export type RowsAsked = 'output' | 'rows';

export type ApplyArgs = {
  readonly asks: RowsAsked;
  readonly key: PartitionKey;
  readonly time: string | null;
  /** The user's. */
  readonly args: JsonObject;
};

/** The rows stand in the blobs `c0`, `c1` …, a column each (`row-bytes.ts`). */
export type ApplyFacts =
  | { readonly kind: 'output'; readonly output: OutputSchema }
  | { readonly kind: 'rows'; readonly rows: number }
  /** What it gave is not what it had declared. */
  | { readonly kind: 'wrong'; readonly problem: string };

/** A row function as what engines run. Whatever it throws goes through. */
export function applyRows(fn: RowFunction): PartitionFunction<ApplyArgs, ApplyFacts> {
  return (data, args) => {
    const problem = schemaProblem(fn.output);
    if (problem !== undefined) return wrong(problem);
    if (args.asks === 'output')
      return { facts: { kind: 'output', output: fn.output }, blobs: new Map() };
    return collect(fn, data, args);
  };
}

/** True for what `partitionFunction` makes; it may come from another copy of this package. */
export function isRowFunction(value: unknown): value is RowFunction {
  if (typeof value !== 'object' || value === null) return false;
  const { kind, apply } = value as Partial<RowFunction>;
  return kind === 'row-function' && typeof apply === 'function';
}

function collect(
  { output, apply }: RowFunction,
  data: PartitionData,
  { key, time, args }: ApplyArgs,
): ReturnType<PartitionFunction<ApplyArgs, ApplyFacts>> {
  const given: unknown = apply(partitionRows(data, { key, time }), args);
  if (!isIterable(given))
    return wrong(`\`apply\` has to give a list of rows, and gave ${described(given)}.`);
  const rows: OutputRow<OutputSchema>[] = [];
  for (const row of given) {
    const problem = rowProblem(row, output, rows.length);
    if (problem !== undefined) return wrong(problem);
    rows.push(row as OutputRow<OutputSchema>);
  }
  const columns = Object.entries(output).map(([name, type], i): [string, Uint8Array] => [
    `c${i}`,
    columnBytes(
      rows.map((row) => row[name] ?? null),
      type,
    ),
  ]);
  return { facts: { kind: 'rows', rows: rows.length }, blobs: new Map(columns) };
}

function wrong(problem: string): ReturnType<PartitionFunction<ApplyArgs, ApplyFacts>> {
  return { facts: { kind: 'wrong', problem }, blobs: new Map() };
}

function schemaProblem(output: unknown): string | undefined {
  if (typeof output !== 'object' || output === null || Object.keys(output).length === 0)
    return '`output` has to name at least one column and its type.';
  const bad = Object.entries(output).find(([, type]) => !OUTPUT_TYPES.includes(type as OutputType));
  if (bad === undefined) return undefined;
  return `\`output\`: column \`${bad[0]}\` is ${JSON.stringify(bad[1])}, which is none of ${OUTPUT_TYPES.map((type) => `\`${type}\``).join(', ')}.`;
}

/** Why a row does not suit the schema, in one sentence; undefined when it does. */
function rowProblem(row: unknown, output: OutputSchema, place: number): string | undefined {
  const where = `Row ${place + 1}`;
  if (typeof row !== 'object' || row === null)
    return `${where} of the output is ${described(row)}, not an object.`;
  const values = row as { readonly [column: string]: unknown };
  const unknown = Object.keys(values).find((name) => !Object.hasOwn(output, name));
  if (unknown !== undefined)
    return `${where} of the output has a column \`${unknown}\` that \`output\` does not declare.`;
  for (const [name, type] of Object.entries(output)) {
    const value = values[name];
    if (value === undefined)
      return `${where} of the output has no \`${name}\`: a missing value is null.`;
    if (value !== null && !SUITS[type](value))
      return `${where} of the output: column \`${name}\` is declared \`${type}\`, and is ${described(value)}.`;
  }
  return undefined;
}

const SUITS: { readonly [type in OutputType]: (value: unknown) => boolean } = {
  number: (value) => typeof value === 'number',
  integer: (value) => Number.isSafeInteger(value),
  text: (value) => typeof value === 'string',
  boolean: (value) => typeof value === 'boolean',
  timestamp: (value) => value instanceof Date && !Number.isNaN(value.getTime()),
};

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

function described(value: unknown): string {
  if (value instanceof Promise) return 'a promise (`apply` can not be async)';
  if (value instanceof Date) return `a date (${String(value)})`;
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? 'a list' : 'an object';
  if (typeof value === 'function') return 'a function';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value as number);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
