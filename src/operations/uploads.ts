import { createHash, randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Digest, hexOf } from '../domain/digest.ts';
import { Failure } from '../domain/failure.ts';
import { nameFileOf, nameIn } from '../sources/source-name.ts';
import { type FileKind, fileKind } from './file-kind.ts';

/** A file that was sent over HTTP. */
export type KeptUpload = {
  readonly digest: Digest;
  /** That it came under, the last time. */
  readonly name: string;
  readonly byteSize: number;
  readonly kind: FileKind;
  readonly path: string;
};

/** Takes away one file; where the same bytes stand under another ending too, they are called by that one from now on. */
export async function removeUpload(path: string): Promise<void> {
  await rm(path, { force: true });
  const nameFile = nameFileOf(path);
  const hex = basename(nameFile, extname(nameFile));
  const [other] = (await readdir(dirname(path)))
    .filter((name) => name.startsWith(`${hex}.`) && name !== basename(nameFile))
    .sort();
  if (other === undefined) return rm(nameFile, { force: true });
  const name = await nameIn(nameFile);
  if (name === null || extname(name).toLowerCase() !== extname(path)) return;
  await writeWhole(nameFile, `${basename(name, extname(name))}${extname(other)}`);
}

async function writeWhole(path: string, text: string): Promise<void> {
  const unfinished = join(dirname(path), `${randomUUID()}.unfinished`);
  try {
    await writeFile(unfinished, text, { mode: 0o600 });
    await rename(unfinished, path);
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** Keeps a file by its content: twice is once. Throws `Failure('limit-exceeded')` beyond `maxBytes`; then nothing is left of it. */
export async function keepUpload(
  folder: string,
  name: string,
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<KeptUpload> {
  const kind = fileKind(name);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const unfinished = join(folder, `${randomUUID()}.unfinished`);
  const hash = createHash('sha256');
  let byteSize = 0;
  const counted = async function* () {
    for await (const chunk of bytes) {
      byteSize += chunk.length;
      if (byteSize > maxBytes)
        throw new Failure(
          'limit-exceeded',
          `"${name}" has more than ${maxBytes} bytes: put it into the folder of the server, or into a database.`,
        );
      hash.update(chunk);
      yield chunk;
    }
  };
  try {
    await pipeline(Readable.from(counted()), createWriteStream(unfinished, { mode: 0o600 }));
    const hex = hash.digest('hex');
    const path = join(folder, `${hex}${extname(name).toLowerCase()}`);
    await rename(unfinished, path);
    await writeWhole(nameFileOf(path), basename(name));
    return { digest: `sha256:${hex}` as Digest, name: basename(name), byteSize, kind, path };
  } finally {
    await rm(unfinished, { force: true });
  }
}

/** Throws `Failure('not-found')` for a digest that no upload has, or whose name nobody knows. */
export async function keptUpload(folder: string, digest: Digest): Promise<KeptUpload> {
  const hex = hexOf(digest);
  try {
    const name = await readFile(nameFileOf(join(folder, hex)), 'utf8');
    const path = join(folder, `${hex}${extname(name).toLowerCase()}`);
    return { digest, name, byteSize: (await stat(path)).size, kind: fileKind(name), path };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new Failure('not-found', `No file was uploaded that has the digest ${digest}.`, {
      cause: error,
    });
  }
}
