import { stat } from 'node:fs/promises';
import { Failure } from '../domain/failure.ts';
import type { Database } from '../frame/duckdb.ts';
import { tooManyCells } from './read-failure.ts';
import { type SourceFile, sqlPaths } from './source-files.ts';

/**
 * A table from which something can be learned takes more room: a yes or no takes a bit, however well it is packed. What
 * is beyond this many cells for each byte is a file made to fill memory and disk, where it has many cells at all.
 */
const MAX_CELLS_PER_BYTE = 10_000;
const MANY_CELLS = 100_000_000;

/**
 * The rows that Parquet files declare, before anything is read of them. Throws `Failure('limit-exceeded')` when they are
 * more than may be read or than the files' bytes can hold, `Failure('invalid-data')` when a footer contradicts itself.
 */
export async function checkDeclared(
  database: Pick<Database, 'rows'>,
  files: readonly SourceFile[],
  place: string,
  { columns, maxCells }: { readonly columns: number; readonly maxCells: number },
): Promise<number> {
  const rows = await declaredRows(database, files);
  const cells = rows * columns;
  if (cells > maxCells) throw tooManyCells(place, rows, columns, maxCells);
  const sizes = await Promise.all(files.map(async ({ path }) => (await stat(path)).size));
  const bytes = sizes.reduce((a, b) => a + b, 0);
  if (cells > MANY_CELLS && cells > bytes * MAX_CELLS_PER_BYTE)
    throw new Failure(
      'limit-exceeded',
      `${place} declares ${rows.toLocaleString('en-US')} rows × ${columns} columns in ${bytes.toLocaleString('en-US')} bytes: there is next to nothing in them to learn from. Leave out the repeated rows.`,
    );
  return rows;
}

async function declaredRows(
  database: Pick<Database, 'rows'>,
  files: readonly SourceFile[],
): Promise<number> {
  const paths = sqlPaths(files);
  const found = await database.rows(
    `SELECT file_name, num_rows AS rows, coalesce(groups.rows, 0) AS in_groups, coalesce(groups.least, 0) AS least
       FROM parquet_file_metadata(${paths}) LEFT JOIN (
         SELECT file_name, sum(n) AS rows, min(n) AS least
           FROM (SELECT DISTINCT file_name, row_group_id, row_group_num_rows AS n FROM parquet_metadata(${paths}))
          GROUP BY file_name) groups USING (file_name)`,
  );
  let sum = 0;
  for (const file of found) {
    const [rows, inGroups, least] = ['rows', 'in_groups', 'least'].map((name) =>
      Number(file[name]),
    ) as [number, number, number];
    if (rows !== inGroups || least < 0)
      throw new Failure(
        'invalid-data',
        `${String(file['file_name'])} is damaged: its footer declares ${rows} rows, and its row groups ${inGroups}. Write it again.`,
      );
    sum += rows;
  }
  return sum;
}
