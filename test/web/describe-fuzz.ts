import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { API_ROOT, api, type EndpointKey } from '../../src/web/contract/api.ts';
import type { Endpoint } from '../../src/web/contract/endpoint.ts';
import { problem } from '../../src/web/contract/problem.ts';
import type { OpenApiDocument, Operation } from '../../src/web/openapi.ts';
import type { Web } from './ask.ts';
import { anyText, arbitraryOf, type Schema } from './schema-arbitrary.ts';

const SEED = 20_261_125;
const REQUESTS_PER_ENDPOINT = 29;
/** Each of these starts a process, or a run. */
const SLOW: { readonly [key: string]: number } = {
  'POST /sources/preview': 8,
  'POST /runs/{run}/retry': 3,
  'POST /runs/{run}/reproduce': 1,
  'POST /runs/{run}/drift': 3,
  'POST /audit/verifications': 3,
  'POST /doctor/integrity': 3,
  'GET /doctor': 1,
};

type Asked = { readonly path: string; readonly init: RequestInit };

/** Requests made from the OpenAPI document, most of them nearly right: no answer may be one that it does not declare. */
export function describeFuzz(given: () => { readonly web: Web; readonly run: string }): void {
  const keys = Object.keys(api) as EndpointKey[];
  const requestsOf = (key: EndpointKey) => SLOW[key] ?? REQUESTS_PER_ENDPOINT;

  describe('any request', () => {
    it('of two thousand at least', () => {
      const total = keys.reduce((sum, key) => sum + requestsOf(key), 0);
      expect(total).toBeGreaterThanOrEqual(2000);
    });

    it.each(keys)(
      'to %s is answered as the document says',
      async (key) => {
        const { web, run } = given();
        const document = (await (
          await web.send(`${API_ROOT}/openapi.json`)
        ).json()) as OpenApiDocument;
        const [method = '', path = ''] = key.split(' ');
        const operation = document.paths[`${API_ROOT}${path}`]?.[method.toLowerCase()];
        if (operation === undefined) throw new Error(`${key} is not in the document.`);
        const schemas = document.components.schemas;
        const requests = requestsTo(
          operation,
          { method, path, run, token: web.tokens.admin },
          schemas,
        );
        const sample = fc.sample(requests, {
          seed: SEED,
          numRuns: requestsOf(key),
        });
        for (const asked of sample) await check(web, key, operation, asked);
      },
      120_000,
    );
  });
}

async function check(web: Web, key: EndpointKey, operation: Operation, asked: Asked) {
  const response = await web.send(asked.path, asked.init);
  const shown = `${key} ${asked.path} ${JSON.stringify(asked.init.body ?? null).slice(0, 500)}`;
  expect(response.status, shown).toBeLessThan(500);
  expect(Object.keys(operation.responses), shown).toContain(String(response.status));
  const type = response.headers.get('content-type');
  const text = await response.text();
  if (type === 'application/problem+json') return problem.parse(JSON.parse(text));
  if (type !== 'application/json') return expect(response.status, shown).toBe(200);
  const { answer, status = 200, also = {} }: Endpoint = api[key];
  const schema = response.status === status ? answer : also[response.status];
  return (schema as z.ZodType).parse(JSON.parse(text));
}

function requestsTo(
  { parameters, requestBody }: Operation,
  to: {
    readonly method: string;
    readonly path: string;
    readonly run: string;
    readonly token: string;
  },
  schemas: { readonly [id: string]: Schema },
): fc.Arbitrary<Asked> {
  const wanted = (place: string) => parameters.filter((one) => one.in === place);
  const pathPart = (name: string) =>
    name === 'run' ? fc.oneof(fc.constant(to.run), anyText) : anyText;
  const paths = fc.record(
    Object.fromEntries(wanted('path').map(({ name }) => [name, pathPart(name)])),
  );
  const query = fc.record(
    Object.fromEntries(
      wanted('query').map(({ name, schema }) => [
        name,
        fc.oneof(arbitraryOf(schema, schemas).map(String), anyText),
      ]),
    ),
    { requiredKeys: [] },
  );
  const bodies = bodyOf(requestBody, schemas);
  return fc.record({ paths, query, body: bodies }).map(({ paths: parts, query: asked, body }) => {
    const filled = to.path.replace(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(String((parts as { [name: string]: string })[name])),
    );
    const search = new URLSearchParams(asked as Record<string, string>).toString();
    const isUpload = to.path === '/uploads';
    return {
      path: `${API_ROOT}${filled}${search === '' ? '' : `?${search}`}`,
      init: {
        method: to.method,
        headers: {
          authorization: `Bearer ${to.token}`,
          'content-type': isUpload ? 'application/octet-stream' : 'application/json',
        },
        ...(to.method === 'GET' ? {} : { body }),
      },
    };
  });
}

/** What the schema asks for, something near it, any JSON, or no JSON. */
function bodyOf(
  requestBody: object | undefined,
  schemas: { readonly [id: string]: Schema },
): fc.Arbitrary<string> {
  const content = (requestBody as { content?: { [media: string]: { schema: Schema } } } | undefined)
    ?.content?.['application/json'];
  const json = fc.json({ maxDepth: 3 });
  if (content === undefined) return fc.oneof(json, anyText);
  const right = arbitraryOf(content.schema, schemas).map((value) => JSON.stringify(value));
  return fc.oneof({ weight: 4, arbitrary: right }, json, anyText);
}
