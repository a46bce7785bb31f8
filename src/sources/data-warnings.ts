import type { Database } from '../frame/duckdb.ts';
import type { TableSpec } from '../spec/spec.ts';
import type { PlannedColumn } from './plan-columns.ts';
import { RAW } from './raw-table.ts';

/** Fewer rows than this say nothing about whether a column identifies them. */
const MIN_ROWS_FOR_IDENTIFIER = 20;

type Cell = { readonly missing: bigint; readonly constant: boolean; readonly distinct: bigint };

/** What is odd about the table as a whole: constant columns, identifiers among the features, rows without a time. */
export async function findWarnings(
  database: Database,
  planned: readonly PlannedColumn[],
  spec: TableSpec,
  rowCount: number,
): Promise<readonly string[]> {
  const features = featuresOf(planned, spec);
  const time = planned.filter(({ name }) => name === spec.time);
  const cells = await describeCells(database, [...features, ...time]);
  const warnings: string[] = [];
  for (const [i, column] of features.entries()) {
    const { constant, distinct, missing } = cells[i] as Cell;
    if (Number(missing) === rowCount) warnings.push(`Column \`${column.name}\` has no values.`);
    else if (constant) warnings.push(`Column \`${column.name}\` has one value in every row.`);
    else if (isDiscrete(column) && (await isIdentifier(database, column, distinct, rowCount)))
      warnings.push(
        `Column \`${column.name}\` has another value in every row: if it identifies rows, name it in \`columns.id\` or \`columns.drop\`.`,
      );
  }
  const withoutTime = Number(cells[features.length]?.missing ?? 0n);
  if (withoutTime > 0) warnings.push(`${withoutTime} rows have no \`${spec.time}\`.`);
  return warnings;
}

function featuresOf(planned: readonly PlannedColumn[], spec: TableSpec): readonly PlannedColumn[] {
  const { partition, target, columns, time } = spec;
  const others = new Set([
    ...partition.by,
    target?.column,
    columns.id,
    columns.weight,
    time,
    ...columns.drop,
  ]);
  return planned.filter(({ name }) => !others.has(name));
}

async function describeCells(
  database: Database,
  columns: readonly PlannedColumn[],
): Promise<readonly Cell[]> {
  if (columns.length === 0) return [];
  const list = columns.map(
    ({ sql }, i) =>
      `{ 'missing': count(*) - count(${sql}), 'constant': min(${sql}) IS NOT DISTINCT FROM max(${sql}), 'distinct': approx_count_distinct(${sql}) } AS s${i}`,
  );
  const [row] = await database.rows(`SELECT ${list.join(', ')} FROM ${RAW}`);
  return columns.map((_, i) => row?.[`s${i}`] as Cell);
}

/** Whole numbers or texts: what an identifier is made of. */
function isDiscrete({ kind, holds }: PlannedColumn): boolean {
  return kind === 'category' || holds === 'integer';
}

/** Exact counting of millions of values is left to columns that the estimate makes suspect. */
async function isIdentifier(
  database: Database,
  { sql }: PlannedColumn,
  estimate: bigint,
  rowCount: number,
): Promise<boolean> {
  if (rowCount < MIN_ROWS_FOR_IDENTIFIER || Number(estimate) < rowCount * 0.8) return false;
  return (await database.count(`SELECT count(DISTINCT ${sql}) FROM ${RAW}`)) === rowCount;
}
