import { rm } from 'node:fs/promises';
import type { ModelSet } from '../../../partition/model-set.ts';
import type { SnapshotColumn } from '../../../sources/snapshot.ts';
import type { TableSpec } from '../../../spec/spec.ts';
import type { SparkVersion } from '../command.ts';
import {
  type Relation,
  readFiles,
  readTable,
  type SparkPlace,
  sql,
  writeNew,
} from '../connect/plan.ts';
import { fileTable } from '../source/copy-source.ts';
import type { SparkTables } from '../source/spark-tables.ts';
import type { ModelBytes } from './packed-models.ts';
import { scoredRows } from './scored-rows.ts';
import { isThereAlready, scoringFailure } from './scoring-failure.ts';

export type TableScoring = {
  readonly from: SparkPlace;
  /** Where nothing is yet. */
  readonly to: SparkPlace;
  readonly spec: TableSpec;
  readonly classes: readonly string[];
  /** The columns as training read them. */
  readonly trained: readonly SnapshotColumn[];
  readonly models: ModelSet<ModelBytes>;
};

export type ScoredTable = {
  readonly rows: number;
  /** Rows by who answered. */
  readonly rungs: { readonly [rung: string]: number };
};

/**
 * Scores a table where it lies: executors read its rows, predict and write all of their columns with the answers behind
 * them; none of them comes here. Throws `Failure('invalid-data')` for rows that do not suit, `Failure('usage')` where
 * something is at `to` already.
 */
export async function scoreTable(
  { tables, spark }: { readonly tables: SparkTables; readonly spark: SparkVersion },
  scoring: TableScoring,
): Promise<ScoredTable> {
  const { from, to } = scoring;
  try {
    const table = 'table' in from ? readTable(from.table) : readFiles('parquet', [from.path]);
    const schema = await tables.session.schema(table);
    await write(tables, scoredRows(table, schema, scoring, spark), to);
    return await countRungs(tables, to);
  } catch (error) {
    throw scoringFailure(error, scoring);
  }
}

/** What Spark leaves of a write that failed is taken away where it is a folder of this machine; what was there before is not. */
async function write(tables: SparkTables, rows: Relation, to: SparkPlace): Promise<void> {
  try {
    await tables.run(writeNew(rows, to));
  } catch (error) {
    const isLocal = 'path' in to && to.path.startsWith('/');
    if (isLocal && !isThereAlready(error)) await rm(to.path, { recursive: true, force: true });
    throw error;
  }
}

async function countRungs(tables: SparkTables, to: SparkPlace): Promise<ScoredTable> {
  const name = 'table' in to ? to.table : fileTable(to.path);
  const counts = await tables.rows(
    sql(`SELECT rung, count(1) AS row_count FROM ${name} GROUP BY rung ORDER BY rung`),
  );
  const rungs = Object.fromEntries(
    counts.map((row) => [String(row['rung']), Number(row['row_count'])]),
  );
  return { rows: Object.values(rungs).reduce((sum, count) => sum + count, 0), rungs };
}
