import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BucketPlace } from '../../../domain/bucket.ts';
import { Failure } from '../../../domain/failure.ts';
import { S3Bucket } from './bucket.ts';
import { readMeasured } from './measured.ts';

/**
 * Does once what a store does to a bucket, and takes away what it has written. Throws a `Failure` that says what is refused, or
 * which of S3's promises the server does not keep.
 */
export async function probeBucket(
  place: BucketPlace & { readonly isPathStyle: boolean },
): Promise<void> {
  const bucket = new S3Bucket(place);
  const key = `probes/${randomUUID()}`;
  const folder = await mkdtemp(join(tmpdir(), 'partita-probe-'));
  try {
    const file = { path: join(folder, 'probe'), bytes: 5, sha256: sha256Of('probe') };
    await writeFile(file.path, 'probe');
    if (!(await bucket.create(key, file))) throw lacks(`says that ${bucket.place(key)} is there`);
    try {
      if (await bucket.create(key, file))
        throw lacks('lets an object be overwritten (`If-None-Match: *` on PutObject)');
      const part = await bucket.bytes(key, { offset: 1, length: 3 });
      if (Buffer.from(part ?? []).toString() !== 'rob')
        throw lacks('knows no ranges of an object (`Range` on GetObject)');
      await probeCopy(bucket, key);
      const { value } = await bucket.list(key).next();
      if (value?.key !== key) throw lacks('does not list what it keeps (ListObjectsV2)');
    } finally {
      await bucket.remove(key);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** As packs of executors are moved: if the tag that was read is that of the object still. */
async function probeCopy(bucket: S3Bucket, key: string): Promise<void> {
  const copy = `${key}-copy`;
  const tag = (await readMeasured(bucket, key))?.tag ?? '';
  try {
    if (!(await bucket.copy(key, tag, copy)) || (await bucket.head(copy)) === null)
      throw lacks('does not copy an object (`x-amz-copy-source-if-match` on CopyObject)');
  } finally {
    await bucket.remove(copy);
  }
}

function sha256Of(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function lacks(what: string): Failure {
  return new Failure('unsupported', `The S3 server of PARTITA_OBJECTS ${what}: name another one.`);
}
