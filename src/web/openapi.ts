import { z } from 'zod';
import type { Place } from './bind.ts';
import { API_ROOT } from './contract/api.ts';
import type { Endpoint } from './contract/endpoint.ts';
import { problem } from './contract/problem.ts';
import { PROBLEM_STATUSES } from './problems.ts';

type Schema = { readonly [keyword: string]: unknown };
export type Operation = {
  readonly summary: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly security: readonly object[];
  readonly parameters: readonly {
    readonly name: string;
    readonly in: 'path' | 'query' | 'header';
    readonly required: boolean;
    readonly description?: string;
    readonly schema: Schema;
  }[];
  readonly requestBody?: object;
  readonly responses: { readonly [status: string]: object };
};

export type OpenApiDocument = {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: { readonly [path: string]: { readonly [method: string]: Operation } };
  readonly components: {
    readonly schemas: { readonly [id: string]: Schema };
    readonly securitySchemes: object;
  };
};

/** The API as OpenAPI 3.1, made from the table of endpoints; a schema with an `id` stands once, under it. */
export function openApiDocument(places: readonly Place[], version: string): OpenApiDocument {
  const schemas = new SharedSchemas();
  const paths: { [path: string]: { [method: string]: Operation } } = {};
  for (const place of places) {
    const path = `${API_ROOT}${place.path}`;
    paths[path] = { ...paths[path], [place.method]: operationOf(place, schemas) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Partita',
      version,
      description:
        'One model for every partition of a table, and one without partition. Failures are application/problem+json with a stable code; pages are followed by cursor and next.',
    },
    paths,
    components: {
      schemas: schemas.all,
      securitySchemes: { token: { type: 'http', scheme: 'bearer' } },
    },
  };
}

/** JSON Schema (draft 2020-12, which OpenAPI 3.1 takes) of zod's, parts with an id moved to one place. */
class SharedSchemas {
  readonly all: { [id: string]: Schema } = {};

  of(schema: z.ZodType, io: 'input' | 'output'): Schema {
    const made = z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-2020-12' });
    const text = JSON.stringify(made).replaceAll('"#/$defs/', '"#/components/schemas/');
    const { $schema: _, $defs = {}, id, ...own } = JSON.parse(text) as Schema;
    for (const [name, { id: __, ...part }] of Object.entries($defs as { [name: string]: Schema }))
      this.all[name] = part;
    if (typeof id !== 'string') return own;
    this.all[id] = own;
    return { $ref: `#/components/schemas/${id}` };
  }
}

function operationOf({ path, endpoint }: Place, schemas: SharedSchemas): Operation {
  const { summary, role, params, query, headers, body, upload } = endpoint;
  const bodySchema = body && schemas.of(body, 'input');
  return {
    summary,
    description: role === 'anyone' ? 'Needs no token.' : `Needs the role ${role}.`,
    tags: [path.split('/')[1] ?? ''],
    security: role === 'anyone' ? [] : [{ token: [] }],
    parameters: [
      ...parametersOf('path', params, schemas),
      ...parametersOf('query', query, schemas),
      ...parametersOf('header', headers, schemas),
    ],
    ...(bodySchema && { requestBody: bodyOf('application/json', bodySchema) }),
    ...(upload && {
      requestBody: bodyOf('application/octet-stream', { type: 'string', format: 'binary' }),
    }),
    responses: responsesOf(endpoint, schemas),
  };
}

function parametersOf(
  place: 'path' | 'query' | 'header',
  fields: z.ZodObject | undefined,
  schemas: SharedSchemas,
): Operation['parameters'] {
  return Object.entries(fields?.shape ?? {}).map(([name, field]) => {
    const { description, ...schema } = schemas.of(field as z.ZodType, 'input');
    const isOptional = (field as z.ZodType).safeParse(undefined).success;
    return {
      name,
      in: place,
      required: !isOptional,
      ...(typeof description === 'string' && { description }),
      schema,
    };
  });
}

function bodyOf(media: string, schema: Schema): object {
  return { required: true, content: { [media]: { schema } } };
}

function responsesOf(
  { answer, status = 200, also = {} }: Endpoint,
  schemas: SharedSchemas,
): Operation['responses'] {
  const asked = 'media' in answer ? answer.media : 'application/json';
  const schema = 'media' in answer ? { type: 'string' } : schemas.of(answer, 'output');
  const trouble = schemas.of(problem, 'output');
  const problems = PROBLEM_STATUSES.map((code) => [
    code,
    response('A problem.', 'application/problem+json', trouble),
  ]);
  const others = Object.entries(also).map(([code, other]) => [
    code,
    response('Not finished yet.', 'application/json', schemas.of(other, 'output')),
  ]);
  return {
    ...Object.fromEntries([...problems, ...others]),
    [status]: response('The answer.', asked, schema),
  };
}

function response(description: string, media: string, schema: Schema): object {
  return { description, content: { [media]: { schema } } };
}
