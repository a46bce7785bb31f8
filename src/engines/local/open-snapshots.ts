import { openSnapshot, type SnapshotReader } from '../../frame/snapshot-reader.ts';

type Opened = { readonly reader: Promise<SnapshotReader>; users: number };

/**
 * Snapshots that jobs read, each opened once however many jobs read it at a time: an open one costs a DuckDB instance,
 * about 25 ms and some MB.
 */
export class OpenSnapshots {
  readonly #opened = new Map<string, Opened>();

  /** Rejects as `openSnapshot` does. To be given back, whether it could be opened or not. */
  take(path: string): Promise<SnapshotReader> {
    const opened = this.#opened.get(path) ?? { reader: openSnapshot(path), users: 0 };
    opened.users += 1;
    this.#opened.set(path, opened);
    return opened.reader;
  }

  /** The last user closes it. */
  async giveBack(path: string): Promise<void> {
    const opened = this.#opened.get(path);
    if (opened === undefined) return;
    opened.users -= 1;
    if (opened.users > 0) return;
    this.#opened.delete(path);
    // One that never opened has told why to whoever wanted to read it.
    const reader = await opened.reader.catch(() => undefined);
    await reader?.close();
  }
}
