import { isDeepStrictEqual } from 'node:util';
import { Failure } from '../domain/failure.ts';
import { type ArrowFile, openArrowFile } from '../frame/arrow.ts';
import type { TableWriter } from '../frame/duckdb.ts';
import { refuseUnlessDropped } from './file-columns.ts';
import {
  type LoadContext,
  RAW,
  type RawColumn,
  type RawTable,
  rawColumnName,
  type SourceReader,
} from './raw-table.ts';
import { tooManyCells } from './read-failure.ts';
import { findFiles, readUnchanged } from './source-files.ts';

/** Arrow IPC files and streams, uncompressed, batch by batch; the files of a glob have one schema. */
export const loadArrow: SourceReader<{ kind: 'arrow'; path: string }> = async (
  source,
  context,
): Promise<RawTable> => {
  const files = await findFiles(context.database, context.baseFolder, source.path);
  return readUnchanged(files, source.path, async () => {
    let first: ArrowFile | undefined;
    let writer: TableWriter | undefined;
    let rows = 0;
    for (const { path, shown } of files) {
      const file = await openArrowFile(path);
      try {
        first ??= file;
        if (!isDeepStrictEqual(file.columns, first.columns))
          throw new Failure('invalid-data', `${shown} has other columns than ${files[0]?.shown}.`);
        writer ??= await startTable(file, context);
        rows = await appendBatches(file, writer, rows, { shown, ...context });
      } finally {
        await file.close();
      }
    }
    writer?.close();
    return {
      columns: rawColumns(first?.columns ?? []),
      location: source.path,
      leftOut: first?.unsupported ?? [],
    };
  });
};

async function startTable(file: ArrowFile, context: LoadContext): Promise<TableWriter> {
  for (const column of file.unsupported) refuseUnlessDropped(column, context.isDropped);
  if (file.columns.length === 0) throw new Failure('invalid-data', 'The source has no columns.');
  const columns = file.columns.map(({ type }, i) => ({ name: rawColumnName(i), type }));
  return context.database.createTable(RAW, columns);
}

/** Returns the rows so far. */
async function appendBatches(
  file: ArrowFile,
  writer: TableWriter,
  before: number,
  { shown, signal, maxCells, onProgress }: LoadContext & { readonly shown: string },
): Promise<number> {
  const width = file.columns.length;
  let rows = before;
  for await (const { rowCount, values } of file.batches()) {
    signal.throwIfAborted();
    rows += rowCount;
    if (rows * width > maxCells) throw tooManyCells(shown, rows, width, maxCells);
    writer.append(values, rowCount);
    onProgress({ step: 'reading', rows });
  }
  return rows;
}

function rawColumns(columns: ArrowFile['columns']): readonly RawColumn[] {
  return columns.map(({ name, type, sourceType }, i) => ({
    name,
    sourceType,
    column: rawColumnName(i),
    type: type === 'TIMESTAMPTZ' ? 'TIMESTAMP WITH TIME ZONE' : type,
    infer: 'nothing',
  }));
}
