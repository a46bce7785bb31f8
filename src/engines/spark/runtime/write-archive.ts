import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { Header } from 'tar';

/** A file of an archive: its content in memory, or where it lies. */
export type ArchiveEntry = {
  readonly name: string;
  readonly isProgram: boolean;
  readonly content: Uint8Array | { readonly path: string };
};

const BLOCK_BYTES = 512;
/** Node's binary shrinks by little more at higher levels, which take four times as long. */
const GZIP_LEVEL = 1;

/** Writes a .tgz whose bytes depend on names, modes and contents only; whole or not at all. */
export async function writeArchive(path: string, entries: readonly ArchiveEntry[]): Promise<void> {
  const unfinished = `${path}.${randomUUID()}.part`;
  try {
    await pipeline(
      Readable.from(tarBlocks(entries)),
      createGzip({ level: GZIP_LEVEL }),
      createWriteStream(unfinished),
    );
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
}

async function* tarBlocks(entries: readonly ArchiveEntry[]): AsyncGenerator<Uint8Array> {
  for (const { name, isProgram, content } of entries) {
    const size = content instanceof Uint8Array ? content.length : (await stat(content.path)).size;
    yield headerBlock(name, isProgram ? 0o755 : 0o644, size);
    if (content instanceof Uint8Array) yield content;
    else yield* createReadStream(content.path) as AsyncIterable<Buffer>;
    yield Buffer.alloc((BLOCK_BYTES - (size % BLOCK_BYTES)) % BLOCK_BYTES);
  }
  yield Buffer.alloc(2 * BLOCK_BYTES);
}

/** Of nobody, made in 1970: who packs it and when is no part of it. */
function headerBlock(path: string, mode: number, size: number): Uint8Array {
  const header = new Header({ path, mode, size, type: 'File', uid: 0, gid: 0, mtime: new Date(0) });
  const block = Buffer.alloc(BLOCK_BYTES);
  // True when it does not fit and would need a second header.
  if (header.encode(block)) throw new RangeError(`"${path}" is too long a name for an archive.`);
  return block;
}
