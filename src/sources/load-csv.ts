import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { Failure } from '../domain/failure.ts';
import { sqlText } from '../frame/sql-text.ts';
import { selectRaw } from './file-columns.ts';
import {
  type LoadContext,
  RAW,
  type RawTable,
  rawColumnName,
  type SourceReader,
} from './raw-table.ts';
import { type CsvShape, repairedBody, scanCsv } from './scan-csv.ts';
import { findFiles, readUnchanged, type SourceFile, sqlPaths } from './source-files.ts';

/** DuckDB's own default. */
const MAX_LINE_BYTES = 2_097_152;

type Scanned = SourceFile & { readonly shape: CsvShape };

/**
 * CSV and TSV, plain or gzipped. Every cell is read as text, its type is found later from the whole column; an empty
 * cell is missing, a quoted empty cell is the empty text. The delimiter is found from the file when not given.
 */
export const loadCsv: SourceReader<{
  kind: 'csv';
  path: string;
  delimiter?: string | undefined;
}> = async (source, context): Promise<RawTable> => {
  const files = await findFiles(context.database, context.baseFolder, source.path);
  return readUnchanged(files, source.path, async () => {
    const scanned: Scanned[] = [];
    let maxCells = context.maxCells;
    for (const file of files) {
      const shape = await scanCsv(file, { delimiter: source.delimiter, maxCells });
      maxCells -= shape.rowCount * shape.names.length;
      scanned.push({ ...file, shape });
      context.signal.throwIfAborted();
    }
    const names = commonNames(scanned);
    const rows = scanned.reduce((sum, { shape }) => sum + shape.rowCount, 0);
    context.onProgress({ step: 'reading', rows });
    const raw = await selectRaw(context, {
      reader: await readerOf(scanned, names, context),
      columns: names.map((name) => ({ name, type: 'VARCHAR' })),
      infer: () => 'everything',
    });
    await checkCount(context, source.path, rows);
    return {
      ...raw,
      columns: raw.columns.map((column) => ({ ...column, sourceType: 'text' })),
      location: source.path,
    };
  });
};

/** Throws `Failure('invalid-data')` when the files of a glob have different headers. */
function commonNames(files: readonly Scanned[]): readonly string[] {
  const [first, ...others] = files as [Scanned, ...Scanned[]];
  const differs = others.find(
    ({ shape }) => JSON.stringify(shape.names) !== JSON.stringify(first.shape.names),
  );
  if (differs)
    throw new Failure(
      'invalid-data',
      `${differs.shown} has other columns than ${first.shown}: files read together need one header.`,
    );
  return first.shape.names;
}

async function readerOf(
  files: readonly Scanned[],
  names: readonly string[],
  context: LoadContext,
): Promise<string> {
  const readers: string[] = [];
  for (const [i, file] of files.entries()) {
    const { shape } = file;
    const path = shape.needsRepair
      ? await repair(file, join(context.scratchFolder, `repaired-${i}.csv`))
      : file.path;
    const columns = names.map((_, c) => `'${rawColumnName(c)}': 'VARCHAR'`).join(', ');
    const nulls = ['', ...context.nullValues].map(sqlText).join(', ');
    readers.push(
      `SELECT * FROM read_csv(${sqlPaths([{ path }])}, auto_detect = false, header = ${!shape.needsRepair}, delim = ${sqlText(shape.delimiter)}, quote = '"', escape = '"', columns = {${columns}}, nullstr = [${nulls}], allow_quoted_nulls = false, strict_mode = true, hive_partitioning = false, max_line_size = ${Math.max(MAX_LINE_BYTES, shape.longestRecord + 16)})`,
    );
  }
  return readers.length === 1
    ? (readers[0] as string).replace('SELECT * FROM ', '')
    : `(${readers.join(' UNION ALL ')})`;
}

async function repair(file: Scanned, path: string): Promise<string> {
  await pipeline(repairedBody(file, file.shape), createWriteStream(path));
  return path;
}

/** Two programs read the file; where they see different tables, none of them is believed. */
async function checkCount({ database }: LoadContext, shown: string, rows: number): Promise<void> {
  const read = await database.count(`SELECT count(*) FROM ${RAW}`);
  if (read !== rows)
    throw new Failure(
      'invalid-data',
      `${shown} has ${rows} records, but ${read} could be read: quote values that hold quotes, delimiters or line ends.`,
    );
}
