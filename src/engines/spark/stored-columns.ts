import { Failure } from '../../domain/failure.ts';
import { openDatabase } from '../../frame/duckdb.ts';
import { readLayout, type StoredColumn } from '../../frame/snapshot-layout.ts';

/**
 * The named columns of a snapshot file as they are stored. Throws `Failure('corrupt-object')` when the file is no
 * snapshot, `RangeError` when it lacks one of them.
 */
export async function storedColumns(
  path: string,
  names: readonly string[],
): Promise<readonly StoredColumn[]> {
  const database = await openDatabase({ threads: 1, memoryMb: 256 });
  try {
    const layout = await readLayout(database, path).catch((cause: unknown) => {
      throw new Failure('corrupt-object', `${path} is no snapshot that can be read.`, { cause });
    });
    return names.map((name) => {
      const stored = layout.find((column) => column.name === name);
      if (stored === undefined) throw new RangeError(`The snapshot has no column "${name}".`);
      return stored;
    });
  } finally {
    database.close();
  }
}
