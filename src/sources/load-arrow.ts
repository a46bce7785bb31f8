import { isDeepStrictEqual } from 'node:util';
import { Failure } from '../domain/failure.ts';
import { openArrowFile } from '../frame/arrow.ts';
import type { TableWriter } from '../frame/duckdb.ts';
import { notKept, refuseUnlessDropped } from './file-columns.ts';
import {
  type LoadContext,
  RAW,
  type RawColumn,
  type RawTable,
  rawColumnName,
  type SourceReader,
} from './raw-table.ts';
import { readFailure, tooManyCells } from './read-failure.ts';
import { assertUnchanged, findFiles, type SourceFile } from './source-files.ts';

type Progress = { rows: number; writer: TableWriter | undefined; columns: readonly RawColumn[] };

/** Arrow IPC files and streams, uncompressed, batch by batch; the files of a glob have one schema. */
export const loadArrow: SourceReader<{ kind: 'arrow'; path: string }> = async (
  source,
  context,
): Promise<RawTable> => {
  const files = await findFiles(context.database, context.baseFolder, source.path);
  const progress: Progress = { rows: 0, writer: undefined, columns: [] };
  const warnings = new Set<string>();
  for (const file of files) {
    try {
      await loadFile(file, context, progress, warnings);
    } catch (error) {
      context.signal.throwIfAborted();
      throw readFailure(error, file.shown);
    }
  }
  progress.writer?.close();
  await assertUnchanged(files);
  return { columns: progress.columns, location: source.path, warnings: [...warnings] };
};

async function loadFile(
  { path, shown }: SourceFile,
  context: LoadContext,
  progress: Progress,
  warnings: Set<string>,
): Promise<void> {
  const file = await openArrowFile(path);
  try {
    for (const column of file.unsupported) {
      refuseUnlessDropped(column, context.dropped);
      warnings.add(notKept(column));
    }
    const columns = file.columns.map(
      (column, i): RawColumn => ({ ...column, column: rawColumnName(i), infer: 'nothing' }),
    );
    if (progress.writer !== undefined && !isDeepStrictEqual(columns, progress.columns))
      throw new Failure('invalid-data', `${shown} has other columns than the file before it.`);
    progress.writer ??= await context.database.createTable(
      RAW,
      file.columns.map(({ type }, i) => ({ name: rawColumnName(i), type })),
    );
    progress.columns = columns;
    for await (const { rowCount, values } of file.batches()) {
      context.signal.throwIfAborted();
      progress.rows += rowCount;
      if (progress.rows * columns.length > context.maxCells)
        throw tooManyCells(shown, progress.rows, columns.length, context.maxCells);
      progress.writer.append(values, rowCount);
      context.onProgress({ step: 'reading', rows: progress.rows });
    }
  } finally {
    await file.close();
  }
}
