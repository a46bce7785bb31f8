import { randomUUID } from 'node:crypto';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { compress } from 'hono/compress';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { type Actor, mayDo } from './actor.ts';
import { bind, type Checked, type Place, placeOf } from './bind.ts';
import { API_ROOT, api, type EndpointKey } from './contract/api.ts';
import type { Endpoint, Role } from './contract/endpoint.ts';
import { StreamSlots } from './event-stream.ts';
import { checkContentType, checkHost, checkSameSite, isChange, type Site } from './guard.ts';
import type { Caller, Handlers, Reply, WebContext } from './handler.ts';
import { DATA_POLICY, SECURITY_HEADERS } from './headers.ts';
import { openApiDocument } from './openapi.ts';
import { documentationPage, noticePage } from './pages.ts';
import { problemOf, problemOfError, problemResponse, WebFailure } from './problems.ts';
import { withoutPasswords } from './redact.ts';
import { auditRoutes } from './routes/audit.ts';
import { dataRoutes } from './routes/data.ts';
import { driftRoutes } from './routes/drift.ts';
import { lineageRoutes } from './routes/lineage.ts';
import { modelRoutes } from './routes/models.ts';
import { runFactsRoutes } from './routes/run-facts.ts';
import { runRoutes } from './routes/runs.ts';
import { scheduleRoutes } from './routes/schedules.ts';
import { sessionRoutes } from './routes/session.ts';
import { sourceRoutes } from './routes/sources.ts';
import { specRoutes } from './routes/specs.ts';
import type { Sessions } from './sessions.ts';
import type { StaticFiles } from './static-files.ts';
import type { Tokens } from './tokens.ts';

export type WebOptions = WebContext & {
  readonly site: Site;
  readonly tokens: Tokens;
  readonly sessions: Sessions;
  readonly files: StaticFiles;
  /** Bytes of a JSON body. */
  readonly maxBodyBytes: number;
  /** Told of what nobody expected. */
  readonly log: (line: string) => void;
};

type AnyHandler = (asked: Checked, caller: Caller) => Promise<Reply<EndpointKey>>;

/** The server as a function from requests to answers; it listens nowhere. */
export function createWebApp(options: WebOptions): Hono {
  const app = new Hono();
  guardEverything(app, options);
  compressLarge(app);
  const places = bindEndpoints(app, options);
  addPages(app, options, places);
  app.notFound((c) => problemResponse(notFound(c)));
  app.onError((error, c) => failed(error, c, options));
  return app;
}

/** Every request, whatever it asks for: the right name, headers that let nothing in, no change from elsewhere. */
function guardEverything(app: Hono, { site, maxBodyBytes }: WebOptions): void {
  app.use(async (c, next) => {
    await next();
    // Not by `c.header`, which copies the answer for each of them and makes a stream of its text.
    const { headers } = c.res;
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) headers.set(name, value);
    if (!headers.has('content-security-policy'))
      headers.set('content-security-policy', DATA_POLICY);
    if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
  });
  app.use(async (c, next) => {
    checkHost(c.req.raw, site);
    if (isChange(c.req.raw)) {
      checkSameSite(c.req.raw, site);
      checkContentType(c.req.raw, isUpload(c) ? 'application/octet-stream' : 'application/json');
    }
    await next();
  });
  const limit = limitBody(maxBodyBytes);
  // An upload counts its bytes itself, on their way to the disk.
  app.use((c, next) => (isUpload(c) ? next() : limit(c, next)));
}

/** Throws `WebFailure('too-large')`. */
function limitBody(maxSize: number): MiddlewareHandler {
  const onError = () => {
    throw new WebFailure('too-large', `The body has more than ${maxSize} bytes.`);
  };
  const counted = bodyLimit({ maxSize, onError });
  return (c, next) => {
    const { headers } = c.req.raw;
    const length = headers.has('transfer-encoding') ? null : headers.get('content-length');
    // Node reads as many bytes as that; to count them would make a stream of a body that is there.
    if (length !== null) return Number(length) > maxSize ? onError() : next();
    return isChange(c.req.raw) ? counted(c, next) : next();
  };
}

/** What may be megabytes: a page of a thousand partitions, a report, the application. None of them has a tag of its own. */
function compressLarge(app: Hono): void {
  for (const path of [
    'runs/:run/partitions',
    'runs/:run/diff/:other/partitions',
    'runs/:run/report',
    'runs/:run/result',
    'runs/:run/drift/partitions',
  ])
    app.use(`${API_ROOT}/${path}`, compress());
  app.use('/assets/*', compress());
}

function isUpload(c: Context): boolean {
  return c.req.path === `${API_ROOT}/uploads`;
}

function bindEndpoints(app: Hono, options: WebOptions): readonly Place[] {
  const handlers: Handlers<EndpointKey> = {
    ...sessionRoutes(options),
    ...runRoutes(options),
    ...runFactsRoutes(options, new StreamSlots(options.maxStreams)),
    ...dataRoutes(options),
    ...specRoutes(options),
    ...modelRoutes(options),
    ...auditRoutes(options),
    ...lineageRoutes(options),
    ...driftRoutes(options),
    ...scheduleRoutes(options),
    ...sourceRoutes(options),
  };
  return Object.entries<Endpoint>(api).map(([key, endpoint]) => {
    // The endpoint's schemas check what its handler is given.
    const handler = handlers[key as EndpointKey] as unknown as AnyHandler;
    const place = placeOf(key as EndpointKey, endpoint);
    bind(
      app,
      place,
      async (c) => (endpoint.role === 'anyone' ? NOBODY : requireActor(c, options, endpoint.role)),
      (c, actor, checked) => answer(c, { actor, checked, place, handler }, options),
    );
    return place;
  });
}

/** A request that may be answered, with who does. */
type Admitted = {
  readonly actor: Actor;
  readonly checked: Checked;
  readonly place: Place;
  readonly handler: AnyHandler;
};

async function answer(
  c: Context,
  { actor, checked, place, handler }: Admitted,
  options: WebOptions,
): Promise<Response> {
  const { tokens, sessions } = options;
  const session: Caller['session'] = {
    signIn: async (token) => {
      const known = tokens.actorOf(token);
      if (known === null) throw new WebFailure('unauthenticated', 'Nobody has this token.');
      await sessions.signIn(c, known);
      return known;
    },
    signOut: () => sessions.signOut(c),
  };
  const audit = auditOf(c, place, actor, options);
  await audit(null);
  try {
    const reply = await handler(checked, { actor, request: c.req.raw, session });
    const response = reply instanceof Response ? reply : jsonResponse(c, reply, place.endpoint);
    await audit(response.status);
    return response;
  } catch (error) {
    await audit(problemOfError(error)?.status ?? 500);
    throw error;
  }
}

const NOBODY: Actor = { name: 'anyone', role: 'viewer' };

/** Records what an editor or admin asks for before it is done, and how it was answered. */
function auditOf(c: Context, { key, method, endpoint }: Place, actor: Actor, options: WebOptions) {
  const isAudited = method !== 'get' && (endpoint.role === 'editor' || endpoint.role === 'admin');
  const event = {
    requestId: randomUUID(),
    actor: actor.name,
    role: actor.role,
    action: key,
    target: c.req.param() as { readonly [name: string]: string },
  };
  return async (status: number | null): Promise<void> => {
    if (isAudited) await options.services.audit.append({ ...event, status });
  };
}

/** With the cookies that were set on the context. */
function jsonResponse(
  c: Context,
  { json, status, headers = {} }: Exclude<Reply<EndpointKey>, Response>,
  endpoint: Endpoint,
): Response {
  const code = (status ?? endpoint.status ?? 200) as ContentfulStatusCode;
  return c.body(JSON.stringify(json), code, { 'content-type': 'application/json', ...headers });
}

async function requireActor(c: Context, { sessions }: WebOptions, least: Role): Promise<Actor> {
  const actor = await sessions.identify(c);
  if (actor === null)
    throw new WebFailure(
      'unauthenticated',
      'Sign in: open the link that `partita serve` prints, or send `Authorization: Bearer TOKEN`.',
    );
  if (!mayDo(actor, least))
    throw new WebFailure('forbidden', `${actor.name} is ${actor.role}; this needs ${least}.`);
  return actor;
}

function addPages(
  app: Hono,
  { sessions, tokens, files, version }: WebOptions,
  places: readonly Place[],
): void {
  const document = openApiDocument(places, version);
  app.get('/login', async (c) => {
    if (!sessions.redeem(c.req.query('code') ?? ''))
      return noticePage(
        'This link does not work any more',
        'It signs in once, within 15 minutes. Start `partita serve` again for a new one.',
        403,
      );
    await sessions.signIn(c, tokens.owner);
    return c.redirect('/', 303);
  });
  app.get(`${API_ROOT}/openapi.json`, (c) => c.json(document));
  app.get(`${API_ROOT}/docs`, () => documentationPage(document));
  app.get('*', (c, next) => {
    const found = c.req.path.startsWith('/api/') ? null : files.answer(c.req.path);
    if (found !== null) return Promise.resolve(found);
    return c.req.path === '/'
      ? Promise.resolve(
          noticePage(
            'Partita',
            `The web application is not built; its API is at ${API_ROOT}, described at ${API_ROOT}/docs.`,
            200,
          ),
        )
      : next().then(() => undefined);
  });
}

function notFound(c: Context) {
  return problemOf(
    'unknown-path',
    `There is nothing at ${c.req.method} ${c.req.path.slice(0, 200)}.`,
  );
}

function failed(error: Error, c: Context, { log }: WebOptions): Response {
  const known = problemOfError(error);
  if (known !== null) return problemResponse(known);
  const id = randomUUID();
  const story = withoutPasswords(error.stack ?? error.message);
  log(`${c.req.method} ${c.req.path} failed (${id}): ${story}`);
  return problemResponse(
    problemOf('unexpected', `This is a bug in Partita; the server's log has it under ${id}.`),
  );
}
