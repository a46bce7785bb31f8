import type { StructField, StructType } from '../../../frame/arrow-structs.ts';
import type { Command } from './gen/spark/connect/Command.ts';
import type { CommonInlineUserDefinedFunction } from './gen/spark/connect/CommonInlineUserDefinedFunction.ts';
import type { DataType } from './gen/spark/connect/DataType.ts';
import type { Expression } from './gen/spark/connect/Expression.ts';
import type { Plan } from './gen/spark/connect/Plan.ts';
import type { Relation } from './gen/spark/connect/Relation.ts';

export type { Command, DataType, Expression, Plan, Relation };

/** A function of ours in place of a Python one: `command` is opaque to Spark and reaches the worker as it is. */
export type WorkerFunction = {
  readonly name: string;
  /** Spark's `PythonEvalType`. */
  readonly evalType: number;
  readonly output: DataType;
  readonly command: Uint8Array;
  /** A text that reaches the worker before the command. */
  readonly version: string;
  /** Every input column: what is left out here may be pruned away. */
  readonly columns: readonly string[];
};

export function query(root: Relation): Plan {
  return { root };
}

export function action(command: Command): Plan {
  return { command };
}

/** A table of the catalog; `name` as in SQL. */
export function readTable(name: string): Relation {
  return { read: { namedTable: { unparsedIdentifier: name } } };
}

/** Files that the executors can read, by absolute path or URL. */
export function readFiles(format: 'parquet', paths: readonly string[]): Relation {
  return { read: { dataSource: { format, paths: [...paths] } } };
}

export function sql(text: string): Relation {
  return { sql: { query: text } };
}

/** Numbers 0 to `end − 1` in a column `id`. */
export function range(end: number, partitions?: number): Relation {
  return {
    range: { start: 0, end, step: 1, ...(partitions && { numPartitions: partitions }) },
  };
}

/** Rows that travel in the plan: an Arrow stream without dictionaries, of which Spark would show the indices. */
export function localRows(arrowStream: Uint8Array): Relation {
  return { localRelation: { data: Buffer.from(arrowStream) } };
}

/** A name as SQL writes it, dots and all. */
export function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** A column by its exact name. */
export function column(name: string): Expression {
  return { unresolvedAttribute: { unparsedIdentifier: quoted(name) } };
}

/** An expression as SQL writes it. */
export function expression(text: string): Expression {
  return { expressionString: { expression: text } };
}

export function named(value: Expression, name: string): Expression {
  return { alias: { expr: value, name: [name] } };
}

export function project(input: Relation, expressions: readonly Expression[]): Relation {
  return { project: { input, expressions: [...expressions] } };
}

export function filter(input: Relation, condition: Expression): Relation {
  return { filter: { input, condition } };
}

export function join(left: Relation, right: Relation, condition: Expression): Relation {
  return { join: { left, right, joinCondition: condition, joinType: 'JOIN_TYPE_INNER' } };
}

/** All rows of both; columns by position. */
export function union(left: Relation, right: Relation): Relation {
  return {
    setOp: { leftInput: left, rightInput: right, setOpType: 'SET_OP_TYPE_UNION', isAll: true },
  };
}

/** Tells the planner to send this side of a join to every executor. */
export function broadcast(input: Relation): Relation {
  return { hint: { input, name: 'broadcast' } };
}

/** Rows of equal values land in one of `partitions` partitions; a given number is not coalesced. */
export function repartition(
  input: Relation,
  by: readonly Expression[],
  partitions?: number,
): Relation {
  return {
    repartitionByExpression: {
      input,
      partitionExprs: [...by],
      ...(partitions && { numPartitions: partitions }),
    },
  };
}

/** Ascending, nulls first; `local`: inside each partition only. */
export function sort(
  input: Relation,
  by: readonly Expression[],
  scope: 'local' | 'global' = 'global',
): Relation {
  const order = by.map((child) => ({
    child,
    direction: 'SORT_DIRECTION_ASCENDING' as const,
    nullOrdering: 'SORT_NULLS_FIRST' as const,
  }));
  return { sort: { input, order, isGlobal: scope === 'global' } };
}

/** Map in Arrow: the function is called once for every partition of the input. */
export function mapBatches(input: Relation, fn: WorkerFunction): Relation {
  return { mapPartitions: { input, func: userFunction(fn) } };
}

/** Overwrites what is there, so that writing twice is writing once. */
export function writeParquet(
  input: Relation,
  path: string,
  options: { readonly [name: string]: string } = {},
): Command {
  return {
    writeOperation: { input, source: 'parquet', path, mode: 'SAVE_MODE_OVERWRITE', options },
  };
}

export function writeTable(input: Relation, tableName: string): Command {
  const table = { tableName, saveMethod: 'TABLE_SAVE_METHOD_SAVE_AS_TABLE' as const };
  return {
    writeOperation: { input, source: 'parquet', table, mode: 'SAVE_MODE_OVERWRITE' },
  };
}

/** Parquet files by a path or URL that executors know, or a table of the catalog. */
export type SparkPlace = { readonly path: string } | { readonly table: string };

/** Writes where nothing is: what is there already is never replaced. */
export function writeNew(input: Relation, to: SparkPlace): Command {
  const mode = 'SAVE_MODE_ERROR_IF_EXISTS' as const;
  if ('path' in to) return { writeOperation: { input, source: 'parquet', path: to.path, mode } };
  const table = {
    tableName: to.table,
    saveMethod: 'TABLE_SAVE_METHOD_SAVE_AS_TABLE' as const,
  };
  return { writeOperation: { input, source: 'parquet', table, mode } };
}

/** Computes every row and keeps none. */
export function writeNothing(input: Relation): Command {
  return { writeOperation: { input, source: 'noop', mode: 'SAVE_MODE_OVERWRITE' } };
}

/** A column of an output, which may be null. */
export type TypedField = { readonly name: string; readonly dataType: DataType };

export function fieldOf({ name, type }: StructField): TypedField {
  return { name, dataType: FIELD_TYPES[type] };
}

/** Columns that may be null. */
export function structOf(fields: readonly (StructField | TypedField)[]): DataType {
  const typed = fields.map((field) => ('dataType' in field ? field : fieldOf(field)));
  return {
    struct: { fields: typed.map(({ name, dataType }) => ({ name, dataType, nullable: true })) },
  };
}

const FIELD_TYPES: { readonly [type in StructType]: DataType } = {
  int: { integer: {} },
  bigint: { long: {} },
  double: { double: {} },
  string: { string: {} },
  binary: { binary: {} },
  boolean: { boolean: {} },
  timestamp: { timestamp: {} },
  timestamp_ntz: { timestampNtz: {} },
};

function userFunction(fn: WorkerFunction): CommonInlineUserDefinedFunction {
  return {
    functionName: fn.name,
    deterministic: true,
    arguments: fn.columns.map(column),
    pythonUdf: {
      outputType: fn.output,
      evalType: fn.evalType,
      command: Buffer.from(fn.command),
      pythonVer: fn.version,
    },
  };
}
