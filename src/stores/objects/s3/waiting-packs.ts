import { hexOf } from '../../../domain/digest.ts';
import { Failure } from '../../../domain/failure.ts';
import type { Leftover } from '../../object-store.ts';
import { lostPack } from '../lost-pack.ts';
import type { PackTarget, WaitingPack } from '../pack-target.ts';
import type { S3Bucket } from './bucket.ts';
import { readMeasured } from './measured.ts';

/** Where executors leave packs: `incoming/JOB/HEX`. */
const INCOMING = 'incoming/';

export async function inviteInto(bucket: S3Bucket, job: string): Promise<PackTarget> {
  return { kind: 'form', job, ...(await bucket.form(waitingOf(job))) };
}

/**
 * Puts a waiting pack under the key of an object, if its bytes are those of its digest: they are read here once, and moved
 * inside the bucket. Throws a `lostPack` where it is not there, ends too early or came with other bytes.
 */
export async function takeIn(
  bucket: S3Bucket,
  { pack, job, least }: WaitingPack,
  key: string,
): Promise<void> {
  const from = waitingOf(job) + hexOf(pack);
  const found = await readMeasured(bucket, from);
  const bytes = found?.bytes ?? 0;
  if (found === null || bytes < least)
    throw lostPack(
      `An executor left ${bucket.place(from)}, at least ${least} bytes, and there are ${bytes} of it; the batch is tried again.`,
    );
  if (found.digest !== pack)
    throw lostPack(
      `What an executor left as ${bucket.place(from)} holds other bytes; the batch is tried again.`,
    );
  // Executors may run a task twice, and send the same again.
  if (!(await bucket.copy(from, found.tag, key)))
    throw new Failure(
      'unreachable',
      `${bucket.place(from)} was sent again, or taken away, while it was read; try again.`,
    );
}

/** What executors left for a job goes. */
export async function dismissFrom(bucket: S3Bucket, job: string): Promise<void> {
  for await (const { key } of bucket.list(waitingOf(job))) await bucket.remove(key);
}

/** Jobs whose executors have left packs, and none since then: whoever would adopt them has died. */
export async function abandonedJobs(
  bucket: S3Bucket,
  untouchedSince: Date,
): Promise<readonly Leftover[]> {
  const jobs = new Map<string, { readonly bytes: number; readonly putAt: Date }>();
  for await (const { key, bytes, putAt } of bucket.list(INCOMING)) {
    const [, job = ''] = key.split('/');
    const known = jobs.get(job) ?? { bytes: 0, putAt };
    const last = known.putAt > putAt ? known.putAt : putAt;
    jobs.set(job, { bytes: known.bytes + bytes, putAt: last });
  }
  return [...jobs]
    .filter(([, { putAt }]) => putAt < untouchedSince)
    .map(([job, { bytes }]) => ({
      place: bucket.place(waitingOf(job)),
      bytes,
      remove: () => dismissFrom(bucket, job),
    }));
}

function waitingOf(job: string): string {
  return `${INCOMING}${job}/`;
}
