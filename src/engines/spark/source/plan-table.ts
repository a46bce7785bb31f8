import { entryOf } from '../../../domain/entry.ts';
import { Failure } from '../../../domain/failure.ts';
import { checkColumnsExist, checkFeaturesLeft } from '../../../sources/check-columns.ts';
import type { SnapshotRequest } from '../../../sources/make-snapshot.ts';
import type { SnapshotColumn } from '../../../sources/snapshot.ts';
import { typeTableColumn } from '../../../sources/table-columns.ts';
import type { TableSpec } from '../../../spec/spec.ts';
import { named, sql } from '../connect/plan.ts';
import { type ColumnFacts, fileTable, type RawCopy } from './copy-source.ts';
import type { PrepareArgs } from './prepare-args.ts';
import type { SparkTables } from './spark-tables.ts';
import { holdsOf, type PreparedColumn, preparedColumn, type RawField } from './table-plan.ts';

export type PlannedTable = {
  readonly columns: readonly SnapshotColumn[];
  /** Of each column, named `p0`, `p1` … */
  readonly prepared: readonly PreparedColumn[];
  readonly keys: PrepareArgs['keys'];
  readonly warnings: readonly string[];
};

/** What each column becomes, as for a file on one machine. Throws `Failure('invalid-data')` where values do not suit. */
export async function planTable(
  tables: SparkTables,
  copy: RawCopy,
  { spec }: SnapshotRequest,
): Promise<PlannedTable> {
  const names = copy.fields.map(({ name }) => name);
  checkColumnsExist(spec, [...names, ...copy.leftOut.map(({ name }) => name)]);
  checkFeaturesLeft(spec, names);
  const made = copy.fields.map((field, i) => planColumn(field, copy.facts[i] as ColumnFacts, spec));
  const columns = made.map(({ column }) => column);
  const leftOut = copy.leftOut.map(({ name, type }) => `Column \`${name}\` (${type}) is not kept.`);
  const warnings = [...leftOut, ...(await findOddities(tables, copy, columns, spec))];
  if (spec.strict && warnings.length > 0)
    throw new Failure('invalid-data', `\`strict\` lets no warning pass: ${warnings.join(' ')}`);
  return {
    columns,
    prepared: made.map(({ prepared }, i) => ({
      ...prepared,
      value: named(prepared.value, `p${i}`),
    })),
    keys: spec.partition.by.map((name) => ({
      column: names.indexOf(name),
      normalise: spec.partition.normalise,
      edges: edgesOf(name, spec),
    })),
    warnings,
  };
}

function planColumn(
  field: RawField,
  { largest }: ColumnFacts,
  spec: TableSpec,
): { readonly column: SnapshotColumn; readonly prepared: PreparedColumn } {
  const { name, type: sourceType } = field;
  const holds = holdsOf(field, largest);
  const typed = typeTableColumn({ name, sourceType, holds }, spec);
  const prepared = preparedColumn(field, typed, largest);
  const edges = edgesOf(name, spec);
  if (edges !== null && typed.kind !== 'number')
    throw new Failure(
      'invalid-data',
      `\`partition.bins\` cuts \`${name}\`, which holds ${sourceType}: only numbers can be cut.`,
    );
  const { unit } = prepared;
  const column = {
    ...typed,
    ...(unit && { unit, note: `numbers taken as ${unit} since 1970 UTC` }),
    ...(edges && { edges }),
  };
  return { column, prepared };
}

/** Null where the column is cut into no bins. */
function edgesOf(name: string, { partition }: TableSpec): readonly number[] | null {
  const bins = entryOf(partition.bins, name);
  if (bins === undefined) return null;
  if ('edges' in bins) return [...new Set(bins.edges)].sort((a, b) => a - b);
  throw new Failure(
    'invalid-spec',
    `\`partition.bins.${name}\`: a table on Spark is cut at borders that you give: write \`edges\`.`,
  );
}

/** Fewer rows than this say nothing about whether a column identifies them. */
const MIN_ROWS_FOR_IDENTIFIER = 20;

/** As `data-warnings.ts` has it for a file. */
async function findOddities(
  tables: SparkTables,
  copy: RawCopy,
  columns: readonly SnapshotColumn[],
  spec: TableSpec,
): Promise<readonly string[]> {
  const { target, time, columns: roles, partition } = spec;
  const others = [...partition.by, target?.column, roles.id, roles.weight, time, ...roles.drop];
  const warnings: string[] = [];
  for (const [i, { name, kind, holds }] of columns.entries()) {
    if (others.includes(name)) continue;
    const { present, constant, distinct } = copy.facts[i] as ColumnFacts;
    const isDiscrete = kind === 'category' || holds === 'integer';
    if (present === 0) warnings.push(`Column \`${name}\` has no values.`);
    else if (constant) warnings.push(`Column \`${name}\` has one value in every row.`);
    else if (isDiscrete && distinct >= copy.rowCount * 0.8 && (await isIdentifier(tables, copy, i)))
      warnings.push(
        `Column \`${name}\` has another value in every row: if it identifies rows, name it in \`columns.id\` or \`columns.drop\`.`,
      );
  }
  const at = columns.findIndex(({ name }) => name === time);
  const withoutTime = at < 0 ? 0 : copy.rowCount - (copy.facts[at] as ColumnFacts).present;
  if (withoutTime > 0) warnings.push(`${withoutTime} rows have no \`${time}\`.`);
  return warnings;
}

async function isIdentifier(
  tables: SparkTables,
  { path, rowCount }: RawCopy,
  place: number,
): Promise<boolean> {
  if (rowCount < MIN_ROWS_FOR_IDENTIFIER) return false;
  const [row] = await tables.rows(
    sql(`SELECT count(DISTINCT c${place}) AS distinct_count FROM ${fileTable(path)}`),
  );
  return Number(row?.['distinct_count']) === rowCount;
}
