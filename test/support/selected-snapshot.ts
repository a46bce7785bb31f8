import { openDatabase } from '../../src/frame/duckdb.ts';
import {
  HASH_HIGH,
  HASH_LOW,
  LAYOUT_KEY,
  ROW,
  SOURCE_ROW,
} from '../../src/frame/snapshot-layout.ts';
import { sqlName, sqlPath, sqlText } from '../../src/frame/sql-text.ts';

/** What each selected column holds, in the order of the file. */
export type Kinds = { readonly [column: string]: 'number' | 'category' };

/** A snapshot file from a query, for tables too large to be made in this process. */
export async function selectSnapshot(path: string, select: string, kinds: Kinds): Promise<void> {
  const database = await openDatabase({ threads: 2 });
  await copySnapshot(database, path, select, kinds);
  database.close();
}

/** `select`: the row number as `i`, then the columns. The hashes tell rows apart, which is all that is asked of them here. */
export async function copySnapshot(
  database: Awaited<ReturnType<typeof openDatabase>>,
  path: string,
  select: string,
  kinds: Kinds,
): Promise<void> {
  const columns = Object.keys(kinds);
  const own = [
    `i::INTEGER AS ${sqlName(ROW)}, i::INTEGER AS ${sqlName(SOURCE_ROW)}`,
    `hash(i) AS ${sqlName(HASH_HIGH)}, hash(i + 1) AS ${sqlName(HASH_LOW)}`,
  ];
  const layout = columns.map((name) => ({ name, kind: kinds[name], storedAs: name }));
  const metadata = `KV_METADATA { ${sqlName(LAYOUT_KEY)}: ${sqlText(JSON.stringify(layout))} }`;
  await database.run(
    `COPY (SELECT ${[...own, ...columns.map(sqlName)].join()} FROM (${select}) ORDER BY i) TO ${sqlPath(path)} (FORMAT parquet, ${metadata})`,
  );
}
