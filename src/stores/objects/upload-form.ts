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

/** A server that is silent for so long is not reached from here; more for the bytes of a slow line. */
const PATIENCE_MS = 30_000;
const SLOWEST_BYTES_PER_MS = 1_000;

/** Puts bytes under that name behind the start; again is no harm. Throws `Failure('unreachable')` where the server refuses. */
export async function sendByForm(
  { url, fields, start }: UploadForm,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  const form = new FormData();
  for (const [field, value] of Object.entries({ ...fields, key: start + name }))
    form.set(field, value);
  // S3 reads no field behind the file.
  form.set('file', new Blob([bytes]), name);
  const { origin } = new URL(url);
  const signal = AbortSignal.timeout(PATIENCE_MS + Math.ceil(bytes.length / SLOWEST_BYTES_PER_MS));
  let answer: Response;
  try {
    answer = await fetch(url, { method: 'POST', body: form, signal });
  } catch (cause) {
    const message = `${origin} can't be reached from here (${reasonOf(cause)}).`;
    throw new Failure('unreachable', message, { cause });
  }
  const text = await answer.text();
  if (answer.ok) return;
  // A form outlived by its job says so here.
  const [, said = answer.statusText] = /<Message>([^<]{1,200})<\/Message>/.exec(text) ?? [];
  throw new Failure(
    'unreachable',
    `${origin} takes no packs from here (${answer.status} ${said}).`,
  );
}

/** Node hides what the system said in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return codeOf(cause) || (cause instanceof Error ? cause.message : error.name);
}
