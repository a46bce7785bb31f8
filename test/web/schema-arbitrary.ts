import * as fc from 'fast-check';

export type Schema = { readonly [keyword: string]: unknown };
type Schemas = { readonly [id: string]: Schema };

/** Texts that have made trouble somewhere. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '',
    ' ',
    '\u0000',
    '../../etc/passwd',
    '..%2f',
    '%00',
    "'; drop table run; --",
    '<img src=x onerror=alert(1)>',
    '__proto__',
    'constructor',
    '-1',
    '1e309',
    'NaN',
    '9007199254740993',
    '\u202e',
    '💥'.repeat(100),
    'x'.repeat(5000),
  ),
);

/** Values that a JSON Schema (draft 2020-12, as zod writes it) allows, and now and then one that it does not. */
export function arbitraryOf(schema: Schema, schemas: Schemas, depth = 0): fc.Arbitrary<unknown> {
  const right = rightValue(schema, schemas, depth);
  return fc.oneof(
    { weight: 12, arbitrary: right },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  );
}

function rightValue(schema: Schema, schemas: Schemas, depth: number): fc.Arbitrary<unknown> {
  const { $ref, const: fixed, enum: listed, type } = schema;
  const choices = (schema['anyOf'] ?? schema['oneOf']) as readonly Schema[] | undefined;
  if (typeof $ref === 'string') {
    const target = schemas[$ref.split('/').at(-1) ?? ''];
    return target === undefined ? fc.jsonValue() : arbitraryOf(target, schemas, depth + 1);
  }
  if (fixed !== undefined) return fc.constant(fixed);
  if (Array.isArray(listed)) return fc.constantFrom(...(listed as unknown[]));
  if (choices !== undefined)
    return fc.oneof(...choices.map((choice) => arbitraryOf(choice, schemas, depth + 1)));
  switch (type) {
    case 'string':
      return anyText;
    case 'integer':
      return fc.integer(boundsOf(schema));
    case 'number':
      return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(arbitraryOf((schema['items'] ?? {}) as Schema, schemas, depth + 1), {
        maxLength: 4,
      });
    case 'object':
      return objectOf(schema, schemas, depth);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function objectOf(schema: Schema, schemas: Schemas, depth: number): fc.Arbitrary<unknown> {
  const properties = (schema['properties'] ?? {}) as { readonly [name: string]: Schema };
  const required = (schema['required'] ?? []) as readonly string[];
  if (Object.keys(properties).length > 0)
    return fc.record(
      Object.fromEntries(
        Object.entries(properties).map(([name, one]) => [
          name,
          arbitraryOf(one, schemas, depth + 1),
        ]),
      ),
      { requiredKeys: [...required] },
    );
  const values = schema['additionalProperties'];
  const value =
    typeof values === 'object' ? arbitraryOf(values as Schema, schemas, depth + 1) : fc.jsonValue();
  return fc.dictionary(anyText, value, { maxKeys: 4 });
}

function boundsOf(schema: Schema): { readonly min: number; readonly max: number } {
  const min = Number(schema['minimum'] ?? -(2 ** 31));
  const max = Number(schema['maximum'] ?? 2 ** 31 - 1);
  return { min: Math.max(min, -(2 ** 31)), max: Math.min(max, 2 ** 31 - 1) };
}
