import { registry } from '../estimators/registry.ts';
import { MAP_ARGS } from './map.ts';
import { type JsonSchema, outlineOf } from './schema-outline.ts';
import { specSchema } from './spec.ts';

/**
 * The published JSON Schema (draft 7, which editors read best) of a spec as people write it. Algorithms carry their
 * parameters, so that an editor completes both.
 */
export function specJsonSchema(): JsonSchema {
  const { properties = {}, ...outline } = outlineOf(specSchema);
  return {
    ...outline,
    // Something to learn, or a function to apply.
    anyOf: [{ required: ['target'] }, { required: ['map'] }],
    title: 'Partita experiment',
    description: 'One model per partition of a table, and one model without partition.',
    properties: {
      ...properties,
      algorithms: { ...properties['algorithms'], items: algorithmEntry() },
      map: { description: properties['map']?.description, anyOf: mapCalls() },
    },
  } as JsonSchema;
}

function algorithmEntry(): JsonSchema {
  return {
    anyOf: [
      { type: 'string', enum: registry.map(({ id }) => id) },
      ...registry.map(({ id, parameters }) => ({
        type: 'object',
        properties: { [id]: { ...outlineOf(parameters), $schema: undefined } },
        required: [id],
        additionalProperties: false,
      })),
    ],
  };
}

function mapCalls(): readonly JsonSchema[] {
  const builtIn = Object.entries(MAP_ARGS).map(([name, args]) => {
    const { $schema: _, ...outline } = outlineOf(args) as JsonSchema & {
      readonly $schema?: string;
    };
    return { name: { const: name }, args: outline };
  });
  const own = {
    name: { type: 'string', pattern: '\\.[cm]?[jt]s$' } as JsonSchema,
    args: { type: 'object' } as JsonSchema,
  };
  return [...builtIn, own].map(({ name, args }) => ({
    type: 'object',
    properties: { function: name, args },
    required: ['function', ...(args.required === undefined ? [] : ['args'])],
    additionalProperties: false,
  }));
}
