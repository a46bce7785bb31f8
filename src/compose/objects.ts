import { join } from 'node:path';
import type { Config } from '../config.ts';
import { isFailure } from '../domain/failure.ts';
import type { Finding } from '../domain/finding.ts';
import type { ObjectStore } from '../stores/object-store.ts';
import { createFileObjectStore } from '../stores/objects/file-object-store.ts';

/** Where objects are kept: files below the `.partita` folder, or a bucket with those as its cache. */
export async function openObjects(
  { folder, objects }: Pick<Config, 'folder' | 'objects'>,
  owner: (() => Promise<string>) | null = null,
): Promise<ObjectStore> {
  const files = join(folder, 'objects');
  if (objects === null) return createFileObjectStore(files, owner);
  // The SDK is loaded by whoever uses it only.
  const { createS3ObjectStore } = await import('../stores/objects/s3/s3-object-store.ts');
  return createS3ObjectStore(objects, files, owner);
}

/** Whether the bucket does what is needed of it: an object is put there and taken away again. Nothing where none is named. */
export async function checkObjects({
  objects,
}: Pick<Config, 'objects'>): Promise<readonly Finding[]> {
  if (objects === null) return [];
  const { probeBucket } = await import('../stores/objects/s3/probe-bucket.ts');
  const found = `${objects.address} is there, and can be written`;
  try {
    await probeBucket(objects);
    return [{ name: 'objects', level: 'ok', found, remedy: null }];
  } catch (error) {
    if (!isFailure(error)) throw error;
    const remedy = 'Nothing is kept before that: or unset PARTITA_OBJECTS to keep files.';
    return [{ name: 'objects', level: 'problem', found: error.message, remedy }];
  }
}
