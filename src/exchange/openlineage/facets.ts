import { z } from 'zod';
import type { JsonObject } from '../../domain/json.ts';

/** Our own facets, as JSON Schema publishes them: `partita/schema/openlineage.v1.json` in the package. */
const SCHEMA = 'urn:partita:schema:openlineage:1';

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** Which run it is in our record, and what it was made of. */
export const partitaRun = z.strictObject({
  run: z.uuid().describe('`partita runs show` takes it.'),
  experiment: z.string(),
  stage: z.string().nullable().describe('Null: the run as a whole.'),
  mode: z.enum(['fresh', 'retry', 'reproduce', 'drifted']),
  origin: z.uuid().nullable().describe('The run that this one retries or reproduces.'),
  engine: z.enum(['local', 'spark']),
  task: z.string(),
  metric: z.string(),
  seed: z.int(),
  spec: digest,
  code: digest,
  commit: z.string().nullable(),
  environment: digest,
});

/** How partitions ended, once models were chosen. */
export const partitaOutcome = z.strictObject({
  partitions: z.record(z.string(), z.int()).describe('Status → how many.'),
});

/** Which partitions a dataset means, where the standard facet would list too many. */
export const partitaPartitions = z.strictObject({
  count: z.int(),
  rows: z.int(),
  digest: digest.describe('Over the ids of the partitions, in their order.'),
  listed: z.boolean().describe('Whether `subset` lists them: it does up to 1,000.'),
});

const OWN = {
  partita_run: ['PartitaRunFacet', partitaRun],
  partita_outcome: ['PartitaOutcomeRunFacet', partitaOutcome],
  partita_partitions: ['PartitaPartitionsDatasetFacet', partitaPartitions],
} as const;
export type OwnFacet = keyof typeof OWN;

/** The versions of the standard facets that we write, by the name of their definition. */
const STANDARD = {
  ParentRunFacet: '1-2-0/ParentRunFacet',
  ErrorMessageRunFacet: '1-0-1/ErrorMessageRunFacet',
  ProcessingEngineRunFacet: '1-1-1/ProcessingEngineRunFacet',
  JobTypeJobFacet: '2-0-4/JobTypeJobFacet',
  SchemaDatasetFacet: '1-2-0/SchemaDatasetFacet',
  DatasetVersionDatasetFacet: '1-0-1/DatasetVersionDatasetFacet',
  InputStatisticsInputDatasetFacet: '1-0-0/InputStatisticsInputDatasetFacet',
  OutputStatisticsOutputDatasetFacet: '1-0-2/OutputStatisticsOutputDatasetFacet',
  InputSubsetInputDatasetFacet: '1-0-0/BaseSubsetDatasetFacet',
  OutputSubsetOutputDatasetFacet: '1-0-0/BaseSubsetDatasetFacet',
} as const;

/** Every facet says who wrote it, and which schema it follows. */
export function standardFacet(
  producer: string,
  name: keyof typeof STANDARD,
  content: JsonObject,
): JsonObject {
  const schema = `https://openlineage.io/spec/facets/${STANDARD[name]}.json#/$defs/${name}`;
  return { _producer: producer, _schemaURL: schema, ...content };
}

export function ownFacet(producer: string, name: OwnFacet, content: JsonObject): JsonObject {
  return { _producer: producer, _schemaURL: `${SCHEMA}#/$defs/${OWN[name][0]}`, ...content };
}

/** JSON Schema of our facets, with the fields that every facet has. */
export function facetSchemas(): object {
  const definitions = Object.values(OWN).map(([name, schema]) => {
    const { $schema: _, properties, required, ...outline } = z.toJSONSchema(schema);
    const base = {
      _producer: { type: 'string', format: 'uri' },
      _schemaURL: { type: 'string', format: 'uri' },
    };
    return [
      name,
      {
        ...outline,
        properties: { ...base, ...properties },
        required: [...Object.keys(base), ...(required ?? [])],
      },
    ];
  });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: SCHEMA,
    title: 'What Partita adds to OpenLineage events',
    $defs: Object.fromEntries(definitions),
  };
}
