import { ApiError, createClient } from '../../client.ts';
import type { Asking, EndpointKey } from '../../contract/api.ts';
import type { Answer } from './answers.ts';

type PartOf<Key extends EndpointKey> = {
  [Part in 'params' | 'query' | 'body']: Asking<Key>[Part] extends undefined ? never : Part;
}['params' | 'query' | 'body'];

/** What an endpoint must be given. */
export type Given<Key extends EndpointKey> = Pick<Asking<Key>, PartOf<Key>>;

type Extras = {
  readonly signal?: AbortSignal;
  readonly idempotencyKey?: string;
  /** The `etag` of what was shown: if it is another by now, nothing happens. */
  readonly ifMatch?: string | undefined;
};

const client = createClient();

/** Asks the API and returns its answer; throws `ApiError`, or what the browser throws where nobody answers. */
export async function ask<Key extends EndpointKey>(
  key: Key,
  given: Given<Key>,
  { signal, idempotencyKey, ifMatch }: Extras = {},
): Promise<Answer<Key>> {
  const headers = { 'idempotency-key': idempotencyKey, 'if-match': ifMatch };
  const asking = { ...given, headers, ...(signal === undefined ? {} : { signal }) };
  return (await client.call(key, asking as never)) as Answer<Key>;
}

/** The same of an endpoint that answers with a file. */
export async function askFile<Key extends EndpointKey>(
  key: Key,
  given: Partial<Given<Key>>,
): Promise<Blob> {
  return (await client.fetch(key, given as never)).blob();
}

/** Whether nobody answered: the server is down, or the network is. */
export function isUnanswered(error: unknown): boolean {
  return error instanceof TypeError;
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiError && error.problem.code === 'unauthenticated';
}

/** The address of an endpoint that answers with a file or a stream. */
export function addressOf<Key extends EndpointKey>(
  key: Key,
  { params, query }: Partial<Pick<Asking<Key>, 'params' | 'query'>>,
): string {
  const [, template = ''] = key.split(' ');
  const values = (params ?? {}) as { readonly [name: string]: string };
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(values[name] ?? ''),
  );
  const search = new URLSearchParams(query as Record<string, string>).toString();
  return `/api/v1${path}${search === '' ? '' : `?${search}`}`;
}
