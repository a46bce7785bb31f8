import { open } from 'node:fs/promises';
import { Failure } from '../../domain/failure.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { Telling } from '../../stores/outbox-store.ts';
import { quotedAnswer } from '../quoted-answer.ts';

/** Where events go. */
export type SinkAddress =
  | { readonly kind: 'console' }
  /** One line of JSON per event, appended. */
  | { readonly kind: 'file'; readonly path: string }
  /** `url` is the whole address; the key goes out as a bearer token. */
  | { readonly kind: 'http'; readonly url: string; readonly apiKey?: string };

/** Takes one event; throws `Failure('unreachable')` where it may come through later. */
export type Sink = (event: JsonObject) => Promise<Telling>;

const PATIENCE_MS = 10_000;
/** What no later attempt would change: the receiver has read the event and does not want it. */
const REFUSALS: ReadonlySet<number> = new Set([400, 409, 413, 415, 422]);

export function openSink(address: SinkAddress, write: (line: string) => void): Sink {
  switch (address.kind) {
    case 'console':
      return async (event) => {
        write(`${JSON.stringify(event)}\n`);
        return { kind: 'told' };
      };
    case 'file':
      return (event) => append(address.path, event);
    case 'http':
      return (event) => post(address, event);
  }
}

/** On the disk before it counts as told. */
async function append(path: string, event: JsonObject): Promise<Telling> {
  try {
    const file = await open(path, 'a', 0o600);
    try {
      await file.write(`${JSON.stringify(event)}\n`);
      await file.datasync();
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw new Failure('unreachable', `${path} can't be written: ${messageOf(cause)}.`, { cause });
  }
  return { kind: 'told' };
}

async function post(
  { url, apiKey }: Extract<SinkAddress, { kind: 'http' }>,
  event: JsonObject,
): Promise<Telling> {
  const authorization = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  const place = new URL(url).origin;
  let status: number;
  let answer: string;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...authorization },
      body: JSON.stringify(event),
      redirect: 'error',
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    ({ status } = response);
    answer = quotedAnswer(await response.text(), apiKey === undefined ? [] : [apiKey]);
  } catch (cause) {
    throw new Failure('unreachable', `${place} does not answer: ${messageOf(cause)}.`, { cause });
  }
  if (status >= 200 && status < 300) return { kind: 'told' };
  const why = `${place} answered ${status}: ${answer}`;
  if (REFUSALS.has(status)) return { kind: 'refused', why };
  throw new Failure('unreachable', why);
}

/** Of fetch, the reason stands in its cause; what it says itself may repeat what it was given. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.cause instanceof Error) return error.cause.message;
  return error instanceof TypeError ? 'the request could not be made' : error.message;
}
