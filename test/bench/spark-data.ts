import { openDatabase } from '../../src/frame/duckdb.ts';
import { copySnapshot, selectSnapshot } from '../support/selected-snapshot.ts';
import { type FanoutShape, fanoutRows, segmentOf } from './fanout-data.ts';

export type BenchSnapshot = {
  readonly path: string;
  readonly columns: readonly string[];
  /** Rows of a partition: they stand one partition after the other. */
  readonly rows: number;
  readonly partitions: number;
};

/** Columns `g` (the group's name), `v` and `w` (numbers), in groups of equal size. */
export async function writeWireSnapshot(
  path: string,
  { rows, partitions }: Pick<BenchSnapshot, 'rows' | 'partitions'>,
): Promise<BenchSnapshot> {
  const values = `'g' || (i // ${rows}) AS g, (i * 7919 % 100003) / 1000.0 AS v, (i * 104729 % 99991) / 10.0 AS w`;
  await selectSnapshot(path, `SELECT i, ${values} FROM range(${rows * partitions}) AS r(i)`, {
    g: 'category',
    v: 'number',
    w: 'number',
  });
  return { path, columns: ['g', 'v', 'w'], rows, partitions };
}

/** The reference job's table: columns `segment`, `x0` …, `label`. */
export async function writeFanoutSnapshot(
  path: string,
  shape: FanoutShape,
): Promise<BenchSnapshot> {
  const names = Array.from({ length: shape.features }, (_, f) => `x${f}`);
  const database = await openDatabase({ threads: 1 });
  const table = await database.createTable('made', [
    { name: 'segment', type: 'VARCHAR' },
    ...names.map((name) => ({ name, type: 'DOUBLE' as const })),
    { name: 'label', type: 'VARCHAR' },
  ]);
  const made = [...fanoutRows(shape)].sort((a, b) => a.partition - b.partition);
  table.append(
    [
      made.map(({ partition }) => segmentOf(partition)),
      ...names.map((_, f) => Float64Array.from(made, ({ x }) => x[f] as number)),
      made.map(({ label }) => label),
    ],
    made.length,
  );
  table.close();
  const columns = ['segment', ...names, 'label'];
  const kinds = columns.map((name) => [name, name.startsWith('x') ? 'number' : 'category']);
  await copySnapshot(database, path, 'SELECT rowid AS i, * FROM made', Object.fromEntries(kinds));
  database.close();
  return { path, columns, rows: shape.rows, partitions: shape.partitions };
}
