import { entryOf } from '../domain/entry.ts';
import { Failure } from '../domain/failure.ts';
import type { Database } from '../frame/duckdb.ts';
import { sqlText } from '../frame/sql-text.ts';
import type { Spec } from '../spec/spec.ts';
import { binLabels } from './bin-labels.ts';
import { WHITE_SPACE } from './key-text.ts';
import type { PlannedColumn } from './plan-columns.ts';
import { RAW } from './raw-table.ts';

type Partition = Spec['partition'];

/** A key column of a row as text: normalised, or the name of a bin. */
export type KeySql = {
  readonly column: string;
  readonly sql: string;
  /** Borders of the bins, where the column is cut into them. */
  readonly edges?: readonly number[];
};

/** The key of a row, column by column in the order of the spec. */
export async function keySql(
  database: Database,
  planned: readonly PlannedColumn[],
  partition: Partition,
): Promise<readonly KeySql[]> {
  const keys: KeySql[] = [];
  for (const name of partition.by) {
    const column = planned.find((one) => one.name === name) as PlannedColumn;
    const bins = entryOf(partition.bins, name);
    if (bins === undefined) {
      keys.push({ column: name, sql: normalised(column.sql, partition.normalise) });
    } else {
      const edges = await edgesOf(database, column, bins);
      keys.push({ column: name, sql: binName(column.sql, edges), edges });
    }
  }
  return keys;
}

function normalised(text: string, steps: Partition['normalise']): string {
  return steps.reduce((sql, step) => {
    switch (step) {
      case 'trim':
        return `trim(${sql}, ${sqlText(WHITE_SPACE)})`;
      case 'lowercase':
        return `lower(${sql})`;
      case 'nfc':
        return `nfc_normalize(${sql})`;
    }
  }, text);
}

/** Borders between bins, ascending: given ones, or cut from all values. A value on a border belongs to the upper bin. */
async function edgesOf(
  database: Database,
  column: PlannedColumn,
  bins: Partition['bins'][string],
): Promise<readonly number[]> {
  if (column.kind !== 'number')
    throw new Failure(
      'invalid-data',
      `\`partition.bins\` cuts \`${column.name}\`, which holds ${column.sourceType}: only numbers can be cut.`,
    );
  if ('edges' in bins) return [...new Set(bins.edges)].sort((a, b) => a - b);
  const { count, method } = bins;
  const shares = Array.from({ length: count - 1 }, (_, i) => (i + 1) / count);
  const cut =
    method === 'quantile'
      ? `quantile_cont(${column.sql}, [${shares.join(', ')}])`
      : `[${shares.map((share) => `min(${column.sql}) + ${share} * (max(${column.sql}) - min(${column.sql}))`).join(', ')}]`;
  const rows = await database.rows(
    `SELECT DISTINCT edge FROM (SELECT unnest(${cut}) AS edge FROM ${RAW}) WHERE edge IS NOT NULL ORDER BY edge`,
  );
  return rows.map(({ edge }) => Number(edge));
}

function binName(number: string, edges: readonly number[]): string {
  const labels = binLabels(edges);
  const cases = edges.map(
    (edge, i) => `WHEN ${number} < ${edge} THEN ${sqlText(labels[i] as string)}`,
  );
  return `CASE WHEN ${number} IS NULL THEN NULL ${cases.join(' ')} ELSE ${sqlText(labels.at(-1) as string)} END`;
}
