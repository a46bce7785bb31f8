import { join } from 'node:path';
import type { Digest } from '../domain/digest.ts';
import { Failure } from '../domain/failure.ts';
import { listTables, type TableSummary } from '../sources/postgres-tables.ts';
import type { Preview } from '../sources/preview.ts';
import { previewSource } from '../sources/preview-process.ts';
import type { SnapshotLimits } from '../sources/snapshot-request.ts';
import type { Source } from '../spec/source.ts';
import { type KeptUpload, keepUpload, keptUpload } from './uploads.ts';
import { incomingFolder } from './workshop.ts';

export type PreviewAsked = {
  readonly source: Source;
  /** Folder that relative paths start from. */
  readonly baseFolder: string;
  /** First rows that are shown. */
  readonly rows: number;
};

/** A look at tables and files before there is a run. */
export interface SourceLook {
  /** `url`: a reference such as `${env:NAME}`; left out: the embedded server's own database for data. */
  tables(url: string | undefined): Promise<readonly TableSummary[]>;
  preview(asked: PreviewAsked, signal: AbortSignal): Promise<Preview>;
  /**
   * Keeps a file by its content: twice is once. Throws `Failure('usage')` for a name that does not say what it is,
   * `Failure('limit-exceeded')` beyond `maxBytes`; then nothing is left of it.
   */
  upload(name: string, bytes: AsyncIterable<Uint8Array>, maxBytes: number): Promise<KeptUpload>;
  /** Throws `Failure('not-found')` for a digest that no upload has. */
  uploaded(digest: Digest): Promise<KeptUpload>;
}

/** A preview shows a page; a source that needs more is read by a run. */
const LIMITS: SnapshotLimits = { memoryMb: 1024, diskMb: 8192, seconds: 60, threads: 2 };

/** `addressOf`: where a Postgres source is, secrets resolved. `folder`: the state folder. */
export function sourceLook(
  folder: string,
  addressOf: (source: Source) => Promise<string | undefined>,
): SourceLook {
  return {
    async tables(url) {
      const address = await addressOf({ kind: 'postgres', url, table: 'any' });
      if (address !== undefined) return listTables(address);
      throw new Failure(
        'invalid-spec',
        'There is no database for data here: name one by a reference such as ${env:SOURCE_URL}.',
      );
    },
    async preview({ source, baseFolder, rows }, signal) {
      const sourceUrl = await addressOf(source);
      const scratchFolder = incomingFolder(folder);
      const request = { source, baseFolder, scratchFolder, rows, limits: LIMITS };
      return previewSource(
        { ...request, ...(sourceUrl === undefined ? {} : { sourceUrl }) },
        signal,
      );
    },
    upload: (name, bytes, maxBytes) => keepUpload(join(folder, 'uploads'), name, bytes, maxBytes),
    uploaded: (digest) => keptUpload(join(folder, 'uploads'), digest),
  };
}
