import { setTimeout as pass } from 'node:timers/promises';
import { Failure } from '../../domain/failure.ts';
import { codeOf } from './file-failure.ts';

/**
 * What lets its bearer put objects into a bucket, and do nothing else there: an address, and fields that are signed for all keys
 * that begin so. It is good for a while.
 */
export type UploadForm = {
  readonly url: string;
  readonly fields: { readonly [name: string]: string };
  readonly start: string;
};

/** For a whole request, its answer included; more for the bytes of a slow line. */
const PATIENCE_MS = 30_000;
const SLOWEST_BYTES_PER_MS = 1_000;
/** Before the second and the third try, half as much or half as much more: executors that were refused at once do not come back at once. */
const PAUSES_MS = [300, 1_500];

/**
 * Puts bytes under that name behind the start; again is no harm. Throws `Failure('unreachable')` where the server refuses, or
 * is away for longer than some tries take.
 */
export async function sendByForm(
  form: UploadForm,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  for (const pause of PAUSES_MS) {
    const refusal = await post(form, name, bytes);
    if (refusal === null) return;
    if (!refusal.mayPass) throw refusal.failure;
    await pass(pause * (0.5 + Math.random()));
  }
  const refusal = await post(form, name, bytes);
  if (refusal !== null) throw refusal.failure;
}

type Refusal = { readonly failure: Failure; readonly mayPass: boolean };

/** Null: they are stored. */
async function post(
  { url, fields, start }: UploadForm,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Refusal | null> {
  const body = new FormData();
  for (const [field, value] of Object.entries({ ...fields, key: start + name }))
    body.set(field, value);
  // S3 reads no field behind the file.
  body.set('file', new Blob([bytes]), name);
  const { origin } = new URL(url);
  const signal = AbortSignal.timeout(PATIENCE_MS + Math.ceil(bytes.length / SLOWEST_BYTES_PER_MS));
  try {
    // Fields and bytes are for that address alone: S3 redirects where it was asked in the wrong region, which ours is not.
    const answer = await fetch(url, { method: 'POST', body, signal, redirect: 'manual' });
    return refusalIn(answer, await answer.text(), origin);
  } catch (cause) {
    const message = `${origin} can't be reached from here (${reasonOf(cause)}).`;
    return { failure: new Failure('unreachable', message, { cause }), mayPass: true };
  }
}

/** Something between may say yes for S3, which says 204, or gives the tag of what it has stored. */
function refusalIn({ status, statusText, headers, ok }: Response, text: string, origin: string) {
  if (status === 204 || (ok && headers.has('etag'))) return null;
  // A form outlived by its job says so here.
  const [, said = statusText] = /<Message>([^<]{1,200})<\/Message>/.exec(text) ?? [];
  const why = ok ? `${said}, which S3 does not say` : said;
  const message = `${origin} takes no packs from here (${status} ${why}).`;
  return { failure: new Failure('unreachable', message), mayPass: status === 429 || status >= 500 };
}

/** Node hides what the system said in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return codeOf(cause) || (cause instanceof Error ? cause.message : error.name);
}
