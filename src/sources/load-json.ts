import { Failure } from '../domain/failure.ts';
import { sqlText } from '../frame/sql-text.ts';
import { namedColumns, selectRaw } from './file-columns.ts';
import { RAW, type RawTable, type SourceReader } from './raw-table.ts';
import { tooManyCells } from './read-failure.ts';
import { findFiles, readUnchanged, sqlPaths } from './source-files.ts';

/** DuckDB would read these from text by rules of its own: here text is text until all of its values are times. */
const FROM_TEXT = /^(DATE|TIME|TIMESTAMP|UUID)/;

/** JSON lines, or one array of objects; the types come from every row. A number in quotes stays text. */
export const loadJson: SourceReader<{ kind: 'json'; path: string }> = async (
  source,
  context,
): Promise<RawTable> => {
  const { database, maxCells } = context;
  const files = await findFiles(database, context.baseFolder, source.path);
  return readUnchanged(files, source.path, async () => {
    const paths = sqlPaths(files);
    const found = await namedColumns(
      database,
      `read_json(${paths}, sample_size = -1, hive_partitioning = false)`,
    );
    if (found.length === 1 && found[0]?.name === 'json')
      throw new Failure('invalid-data', `${source.path} holds no objects: write one per line.`);
    const columns = found.map(({ name, type }) => ({
      name,
      type: FROM_TEXT.test(type) ? 'VARCHAR' : type,
    }));
    const list = columns.map(({ name, type }) => `${sqlText(name)}: ${sqlText(type)}`);
    const maxRows = Math.floor(maxCells / columns.length);
    const raw = await selectRaw(context, {
      reader: `read_json(${paths}, auto_detect = false, format = 'auto', columns = {${list.join(', ')}}, hive_partitioning = false)`,
      columns,
      infer: ({ type }) => (type === 'VARCHAR' ? 'times' : 'nothing'),
      limit: maxRows + 1,
    });
    const rows = await database.count(`SELECT count(*) FROM ${RAW}`);
    if (rows > maxRows) throw tooManyCells(source.path, rows, columns.length, maxCells);
    return { ...raw, location: source.path };
  });
};
