import { Failure } from '../../../domain/failure.ts';
import { checkRowCount } from '../../../sources/hash-source-rows.ts';
import type { SnapshotRequest } from '../../../sources/snapshot-request.ts';
import {
  expression,
  named,
  project,
  type Relation,
  readFiles,
  readTable,
  sql,
  writeParquet,
} from '../connect/plan.ts';
import type { SparkTables } from './spark-tables.ts';
import {
  factsOf,
  fieldsOf,
  type RawField,
  rawFields,
  rawValue,
  type TableField,
} from './table-plan.ts';

/** What is known of all values of a column. */
export type ColumnFacts = {
  readonly present: number;
  readonly constant: boolean;
  readonly distinct: number;
  readonly largest: number | null;
};

/** The rows of a table as they were at one moment, under names of ours. */
export type RawCopy = {
  readonly path: string;
  readonly location: string;
  readonly fields: readonly RawField[];
  readonly leftOut: readonly TableField[];
  readonly rowCount: number;
  readonly facts: readonly ColumnFacts[];
};

/** Copies what a snapshot is made of: a table may change between two reads. */
export async function copySource(
  tables: SparkTables,
  { spec }: SnapshotRequest,
  path: string,
): Promise<RawCopy> {
  const { source, timezone } = spec.data;
  if (source.kind !== 'spark') throw new RangeError(`${source.kind} is no source on Spark.`);
  const table = relationOf(source);
  const { kept, leftOut } = rawFields(fieldsOf(await tables.session.schema(table)), (name) =>
    spec.columns.drop.includes(name),
  );
  const raw = project(
    table,
    kept.map((field) => named(expression(rawValue(field, timezone)), field.column)),
  );
  await tables.run(writeParquet(raw, path));
  const list = kept.map((field) => `${factsOf(field)} AS ${field.column}`);
  const [row] = await tables.rows(
    sql(
      `SELECT to_json(struct(${list.join(', ')})) AS facts, count(1) AS row_count FROM ${fileTable(path)}`,
    ),
  );
  const rowCount = Number(row?.['row_count'] ?? 0);
  if (rowCount < 2)
    throw new Failure(
      'invalid-data',
      rowCount === 0
        ? 'The source has columns, but no rows.'
        : 'The source has one row: at least two are needed to learn and to test.',
    );
  checkRowCount(rowCount);
  const facts = JSON.parse(String(row?.['facts'])) as { readonly [column: string]: ColumnFacts };
  return {
    path,
    location: source.table ?? source.path ?? '',
    fields: kept,
    leftOut,
    rowCount,
    facts: kept.map(({ column }) => ({ largest: null, ...facts[column] }) as ColumnFacts),
  };
}

/** Files as SQL names them. */
export function fileTable(path: string): string {
  return `parquet.\`${path.replaceAll('`', '``')}\``;
}

function relationOf(source: {
  readonly table?: string | undefined;
  readonly path?: string | undefined;
}): Relation {
  if (source.table !== undefined) return readTable(source.table);
  return readFiles('parquet', [source.path ?? '']);
}
