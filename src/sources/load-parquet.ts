import { namedColumns, selectRaw } from './file-columns.ts';
import { checkDeclared } from './parquet-footer.ts';
import type { RawTable, SourceReader } from './raw-table.ts';
import { findFiles, readUnchanged, sqlPaths } from './source-files.ts';

/**
 * Parquet files of one schema. What they declare is checked before anything is read: a file of a few kilobytes may hold
 * millions of rows.
 */
export const loadParquet: SourceReader<{ kind: 'parquet'; path: string }> = async (
  source,
  context,
): Promise<RawTable> => {
  const { database, maxCells } = context;
  const files = await findFiles(database, context.baseFolder, source.path);
  return readUnchanged(files, source.path, async () => {
    const paths = sqlPaths(files);
    const reader = `read_parquet(${paths}, hive_partitioning = false)`;
    const names = await topLevelNames(context, paths);
    const columns = await namedColumns(database, reader, names);
    const limits = { columns: columns.length, maxCells };
    const rows = await checkDeclared(database, files, source.path, limits);
    context.onProgress({ step: 'reading', rows });
    const raw = await selectRaw(context, { reader, columns });
    return { ...raw, location: source.path };
  });
};

/** The names as the first file has them: DuckDB's own list renames those that differ by case only. */
async function topLevelNames(
  { database }: Parameters<typeof loadParquet>[1],
  paths: string,
): Promise<readonly string[]> {
  const nodes = await database.rows(
    `SELECT name, num_children::INTEGER AS children FROM parquet_schema(${paths}[1])`,
  );
  const names: string[] = [];
  let at = 1;
  const skip = (): void => {
    let open = Number(nodes[at++]?.['children'] ?? 0);
    while (open-- > 0) skip();
  };
  while (at < nodes.length) {
    names.push(String(nodes[at]?.['name']));
    skip();
  }
  return names;
}
