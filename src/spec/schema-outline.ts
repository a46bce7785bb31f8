import { z } from 'zod';

/** The part of JSON Schema (draft 7) that zod writes for our schemas. */
export type JsonSchema = {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly properties?: { readonly [key: string]: JsonSchema };
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  /** A list: each entry's schema; a tuple: one schema per position. */
  readonly items?: JsonSchema | readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly minItems?: number;
};

export function outlineOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: 'input', target: 'draft-7' }) as JsonSchema;
}

/** The schema of what stands at `path` inside `value`; `undefined` where nothing is known. */
export function schemaAt(
  root: JsonSchema,
  path: readonly (string | number)[],
  value: unknown,
): JsonSchema | undefined {
  let schema: JsonSchema | undefined = root;
  let current = value;
  for (const step of path) {
    schema = schema && childSchema(schema, step, current);
    current = childValue(current, step);
  }
  return schema;
}

/** The alternatives of a union, or the schema itself; only those whose constants agree with the value. */
function optionsFor(schema: JsonSchema, value: unknown): readonly JsonSchema[] {
  const options = schema.anyOf ?? schema.oneOf;
  if (options === undefined) return [schema];
  const fitting = options.filter((option) => agreesWith(option, value));
  return fitting.length === 0 ? options : fitting;
}

/** The keys that may stand in an object at this place. */
export function allowedKeys(schema: JsonSchema, value: unknown): readonly string[] {
  const keys = optionsFor(schema, value).flatMap((option) => Object.keys(option.properties ?? {}));
  return [...new Set(keys)].filter((key) => key !== '$schema');
}

/** The texts that a value may be, for suggestions. */
export function allowedTexts(schema: JsonSchema): readonly string[] {
  const options = schema.anyOf ?? schema.oneOf ?? [schema];
  return options
    .flatMap((option) => option.enum ?? (option.const === undefined ? [] : [option.const]))
    .filter((text) => typeof text === 'string');
}

/** What is expected, in words: "a whole number from 2 to 20", "one of `a`, `b`". */
export function describeSchema(schema: JsonSchema): string {
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined) return describeOptions(options);
  if (schema.const !== undefined) return code(schema.const);
  if (schema.enum !== undefined) {
    const values = schema.enum.map(code);
    return values.length === 1 ? (values[0] as string) : `one of ${values.join(', ')}`;
  }
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  const parts = types.map((type) => DESCRIPTIONS[type]?.(schema) ?? type);
  return parts.length === 0 ? 'any value' : parts.join(', or ');
}

const DESCRIPTIONS: { readonly [type: string]: (schema: JsonSchema) => string } = {
  string: () => 'text',
  boolean: () => '`true` or `false`',
  integer: (schema) => `a whole number${describeRange(schema)}`,
  number: (schema) => `a number${describeRange(schema)}`,
  array: describeList,
  object: describeObject,
};

function describeOptions(options: readonly JsonSchema[]): string {
  const single = options.map((option) => soleKey(option));
  if (single.every((key) => key !== undefined))
    return `exactly one of the keys ${single.map(code).join(', ')}`;
  const parts = options.map(describeSchema);
  return [...new Set(parts)].join(', or ');
}

function soleKey({ properties, required }: JsonSchema): string | undefined {
  return Object.keys(properties ?? {}).length === 1 ? required?.[0] : undefined;
}

function describeList({ items, minItems }: JsonSchema): string {
  if (Array.isArray(items)) return `a list of ${items.length}`;
  const entry = items === undefined ? '' : ` of ${describeSchema(items as JsonSchema)}`;
  return `a list${entry}${minItems === undefined ? '' : ` (at least ${minItems})`}`;
}

function describeObject({ properties, additionalProperties }: JsonSchema): string {
  const keys = Object.keys(properties ?? {}).filter((key) => key !== '$schema');
  if (keys.length > 0) return `a map with ${keys.map(code).join(', ')}`;
  if (typeof additionalProperties !== 'object') return 'a map';
  return `a map from name to ${describeSchema(additionalProperties)}`;
}

function describeRange(schema: JsonSchema): string {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema;
  const bounds: string[] = [];
  if (minimum !== undefined && minimum !== Number.MIN_SAFE_INTEGER) bounds.push(`from ${minimum}`);
  if (exclusiveMinimum !== undefined) bounds.push(`above ${exclusiveMinimum}`);
  if (maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER) bounds.push(`to ${maximum}`);
  if (exclusiveMaximum !== undefined) bounds.push(`below ${exclusiveMaximum}`);
  return bounds.length === 0 ? '' : ` ${bounds.join(' ')}`;
}

function childSchema(
  schema: JsonSchema,
  step: string | number,
  value: unknown,
): JsonSchema | undefined {
  for (const option of optionsFor(schema, value)) {
    const { properties, additionalProperties, items } = option;
    if (typeof step === 'number') {
      const item = Array.isArray(items) ? items[step] : items;
      if (item !== undefined) return item as JsonSchema;
    } else if (properties !== undefined && Object.hasOwn(properties, step)) {
      return properties[step];
    } else if (typeof additionalProperties === 'object') {
      return additionalProperties;
    }
  }
  return undefined;
}

export function childValue(value: unknown, step: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
  return (value as { readonly [key: string | number]: unknown })[step];
}

function agreesWith({ properties }: JsonSchema, value: unknown): boolean {
  return Object.entries(properties ?? {}).every(
    ([key, property]) => property.const === undefined || property.const === childValue(value, key),
  );
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
