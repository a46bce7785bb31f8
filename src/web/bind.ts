import type { Context, Hono } from 'hono';
import type { z } from 'zod';
import type { Actor } from './actor.ts';
import { API_ROOT, type EndpointKey } from './contract/api.ts';
import type { Endpoint } from './contract/endpoint.ts';
import { WebFailure } from './problems.ts';

/** What an endpoint's schemas made of a request. */
export type Checked = {
  readonly params: unknown;
  readonly query: unknown;
  readonly headers: unknown;
  readonly body: unknown;
};

/** An endpoint of the table with its place. */
export type Place = {
  readonly key: EndpointKey;
  readonly method: 'get' | 'post' | 'delete';
  /** Below the root, with `{parameters}`. */
  readonly path: string;
  readonly endpoint: Endpoint;
};

export function placeOf(key: EndpointKey, endpoint: Endpoint): Place {
  const [method = '', path = ''] = key.split(' ');
  return { key, method: method.toLowerCase() as Place['method'], path, endpoint };
}

/** Puts an endpoint of the table into the app: `admit` is asked before anything of the request is read. */
export function bind(
  app: Hono,
  { method, path, endpoint }: Place,
  admit: (c: Context) => Promise<Actor>,
  answer: (c: Context, actor: Actor, checked: Checked) => Promise<Response>,
): void {
  app.on(method, `${API_ROOT}${path.replace(/\{(\w+)\}/g, ':$1')}`, async (c) => {
    const actor = await admit(c);
    const { params, query, headers, body } = endpoint;
    return answer(c, actor, {
      params: params && checked(params, c.req.param(), 'path'),
      query: query && checked(query, onlyOnce(c.req.queries()), 'query'),
      headers: headers && checked(headers, c.req.header(), 'header'),
      body: body && checked(body, await jsonOf(c), 'body'),
    });
  });
}

/** Throws `WebFailure('bad-request')` that names every part that is wrong. */
function checked(schema: z.ZodType, value: unknown, part: string): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(
    ({ path, message }) => `${[part, ...path.map(String)].join('.')}: ${message}`,
  );
  throw new WebFailure('bad-request', `${issues.join('; ')}.`.slice(0, 2000));
}

/** A parameter that comes twice could be read in two ways. */
function onlyOnce(queries: { readonly [name: string]: readonly string[] }): unknown {
  return Object.fromEntries(
    Object.entries(queries).map(([name, values]) => {
      if (values.length === 1) return [name, values[0]];
      throw new WebFailure('bad-request', `query.${name} is given ${values.length} times.`);
    }),
  );
}

async function jsonOf(c: Context): Promise<unknown> {
  const text = await c.req.text();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new WebFailure('bad-request', 'The body is no JSON.');
  }
}
