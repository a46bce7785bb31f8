import type { Answer, Api, Asking, EndpointKey } from './contract/api.ts';
import type { Problem } from './contract/problem.ts';

export type * from './contract/api.ts';
export type { Problem, ProblemCode, SpecProblem } from './contract/problem.ts';

/** What the server refused, or could not do. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

export type ClientOptions = {
  /** `http://127.0.0.1:4747`; left out: the page's own origin. */
  readonly baseUrl?: string;
  /** Left out: the cookie of the browser. */
  readonly token?: string;
  readonly fetch?: typeof fetch;
};

/** The parts that an endpoint takes; those whose fields may all be left out may be left out too. */
type Parts<Key extends EndpointKey> = {
  readonly [Part in keyof Asking<Key> as Asking<Key>[Part] extends undefined
    ? never
    : object extends Asking<Key>[Part]
      ? never
      : Part]: Asking<Key>[Part];
} & {
  readonly [Part in keyof Asking<Key> as Asking<Key>[Part] extends undefined
    ? never
    : object extends Asking<Key>[Part]
      ? Part
      : never]?: Asking<Key>[Part];
} & { readonly signal?: AbortSignal };

/** One event of `GET /runs/{run}/events`; `id` is what a stream goes on after. */
export type StreamEvent = {
  readonly id: string | null;
  readonly event: string;
  readonly data: string;
};

export type Client = {
  /**
   * `call('GET /runs/{run}', { params: { run } })`: the answer, typed by the endpoint. Throws `ApiError` with the
   * server's problem.
   */
  call<Key extends EndpointKey>(
    key: Key,
    ...asking: object extends Parts<Key> ? [Parts<Key>?] : [Parts<Key>]
  ): Promise<Answer<Key>>;
  /** The answer as it comes, for files and streams. */
  fetch<Key extends EndpointKey>(
    key: Key,
    ...asking: object extends Parts<Key> ? [Parts<Key>?] : [Parts<Key>]
  ): Promise<Response>;
  /** A run's events from after step `after`, until it has ended, the connection broke or `signal` aborts. */
  events(run: string, after?: string, signal?: AbortSignal): AsyncGenerator<StreamEvent>;
};

/** Endpoints whose body is a file's bytes. */
type UploadKey = {
  [Key in EndpointKey]: Api[Key] extends { upload: true } ? Key : never;
}[EndpointKey];
const UPLOADS: ReadonlySet<string> = new Set<UploadKey>(['POST /uploads']);

/** A client of the HTTP API, for browsers and Node alike. */
export function createClient(options: ClientOptions = {}): Client {
  const { baseUrl = '', token } = options;
  const send = async (key: string, asking: Loose = {}, headers = {}): Promise<Response> => {
    const [method = 'GET', path = ''] = key.split(' ');
    const ask = options.fetch ?? fetch;
    const isUpload = UPLOADS.has(key);
    const response = await ask(
      `${baseUrl}/api/v1${filled(path, asking.params)}${searchOf(asking)}`,
      {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(method === 'GET'
            ? {}
            : { 'content-type': isUpload ? 'application/octet-stream' : 'application/json' }),
          ...present(asking.headers),
          ...headers,
        },
        ...(method === 'GET'
          ? {}
          : { body: isUpload ? (asking.body as Blob) : JSON.stringify(asking.body ?? {}) }),
        ...(asking.signal === undefined ? {} : { signal: asking.signal }),
      },
    );
    if (response.ok) return response;
    throw new ApiError(await problemIn(response));
  };
  return {
    call: async (key, asking?) => (await (await send(key, asking as Loose)).json()) as never,
    fetch: (key, asking?) => send(key, asking as Loose),
    async *events(run, after, signal) {
      const asking = { params: { run }, ...(signal === undefined ? {} : { signal }) };
      const headers = after === undefined ? {} : { 'last-event-id': after };
      const { body } = await send('GET /runs/{run}/events', asking, headers);
      if (body !== null) yield* parseEvents(body);
    },
  };
}

/** What an endpoint is asked with, whichever it is. */
type Loose = {
  readonly params?: { readonly [name: string]: string };
  readonly query?: { readonly [name: string]: unknown };
  readonly headers?: { readonly [name: string]: unknown };
  readonly body?: unknown;
  readonly signal?: AbortSignal;
};

function filled(path: string, params: Loose['params'] = {}): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
}

function searchOf({ query = {} }: Loose): string {
  const text = new URLSearchParams(present(query)).toString();
  return text === '' ? '' : `?${text}`;
}

function present(fields: { readonly [name: string]: unknown } = {}): { [name: string]: string } {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, String(value)]),
  );
}

async function problemIn(response: Response): Promise<Problem> {
  const { status, statusText } = response;
  if (response.headers.get('content-type') === 'application/problem+json')
    return (await response.json()) as Problem;
  const detail = `The server answered ${status} ${statusText}.`;
  return { type: 'about:blank', title: statusText, status, detail, code: 'unexpected' };
}

/** Server-sent events as they come; comments are passed over. */
async function* parseEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent> {
  const decoder = new TextDecoder();
  let text = '';
  const reader = body.getReader();
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += decoder.decode(value, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const lines = block.split('\n');
      const field = (name: string) =>
        lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const data = field('data');
      if (data !== undefined)
        yield { id: field('id') ?? null, event: field('event') ?? 'message', data };
    }
  }
}
