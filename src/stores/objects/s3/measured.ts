import { createHash } from 'node:crypto';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Digest } from '../../../domain/digest.ts';
import type { S3Bucket } from './bucket.ts';

/** What came when an object was read to its end. */
export type Measured = { readonly digest: Digest; readonly bytes: number; readonly tag: string };

/** Reads an object to its end, into what is given or nowhere; null: there is none. */
export async function readMeasured(
  bucket: S3Bucket,
  key: string,
  into: () => Writable = nowhere,
): Promise<Measured | null> {
  const hash = createHash('sha256');
  let bytes = 0;
  const measured = async function* (chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      bytes += chunk.length;
      yield chunk;
    }
  };
  const tag = await bucket.pour(key, (chunks) => pipeline(chunks, measured, into()));
  if (tag === null) return null;
  return { digest: `sha256:${hash.digest('hex')}` as Digest, bytes, tag };
}

function nowhere(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}
