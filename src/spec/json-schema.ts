import { registry } from '../estimators/registry.ts';
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
    title: 'Partita experiment',
    description: 'One model per partition of a table, and one model without partition.',
    properties: {
      ...properties,
      algorithms: { ...properties['algorithms'], items: algorithmEntry() },
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
