import { z } from 'zod';
import type { JsonObject } from '../../src/domain/json.ts';
import { facetSchemas } from '../../src/exchange/openlineage/facets.ts';

/** Events as OpenLineage 2-0-2 and its facets describe them, and nothing besides what they describe. */

const SPEC = 'https://openlineage.io/spec/facets';
const text = z.string().min(1);
const uri = z.string().refine((value) => URL.canParse(value), 'no URI');

const facet = <Fields extends z.ZodRawShape>(name: string, file: string, fields: Fields) =>
  z.strictObject({
    _producer: uri,
    _schemaURL: z.literal(`${SPEC}/${file}.json#/$defs/${name}`),
    ...fields,
  });

const job = z.strictObject({ namespace: text, name: text });
const statistics = { rowCount: z.int() };
const partitions = z.strictObject({
  type: z.literal('partition'),
  partitions: z.array(
    z.strictObject({
      identifier: z.string(),
      dimensions: z.record(z.string(), z.string().nullable()),
    }),
  ),
});

/** As the published schema of our own facets has it, with the words that zod does not read left out. */
function published(name: string) {
  const { $defs } = facetSchemas() as { readonly $defs: { readonly [name: string]: object } };
  return z.fromJSONSchema($defs[name] as Parameters<typeof z.fromJSONSchema>[0]);
}

const runFacets = z.strictObject({
  parent: facet('ParentRunFacet', '1-2-0/ParentRunFacet', {
    run: z.strictObject({ runId: z.guid() }),
    job,
  }).optional(),
  errorMessage: facet('ErrorMessageRunFacet', '1-0-1/ErrorMessageRunFacet', {
    message: text,
    programmingLanguage: text,
  }).optional(),
  processing_engine: facet('ProcessingEngineRunFacet', '1-1-1/ProcessingEngineRunFacet', {
    name: text,
    version: text,
    openlineageAdapterVersion: text,
  }),
  partita_run: published('PartitaRunFacet'),
  partita_outcome: published('PartitaOutcomeRunFacet').optional(),
});

const dataset = {
  namespace: text,
  name: text,
  facets: z.strictObject({
    schema: facet('SchemaDatasetFacet', '1-2-0/SchemaDatasetFacet', {
      fields: z.array(z.strictObject({ name: z.string(), type: z.string() })),
    }).optional(),
    version: facet('DatasetVersionDatasetFacet', '1-0-1/DatasetVersionDatasetFacet', {
      datasetVersion: text,
    }).optional(),
    partita_partitions: published('PartitaPartitionsDatasetFacet').optional(),
  }),
};

const SUBSET = '1-0-0/BaseSubsetDatasetFacet';
const input = z.strictObject({
  ...dataset,
  inputFacets: z
    .strictObject({
      inputStatistics: facet(
        'InputStatisticsInputDatasetFacet',
        '1-0-0/InputStatisticsInputDatasetFacet',
        statistics,
      ),
      subset: facet('InputSubsetInputDatasetFacet', SUBSET, {
        inputCondition: partitions,
      }).optional(),
    })
    .optional(),
});
const output = z.strictObject({
  ...dataset,
  outputFacets: z
    .strictObject({
      outputStatistics: facet(
        'OutputStatisticsOutputDatasetFacet',
        '1-0-2/OutputStatisticsOutputDatasetFacet',
        statistics,
      ),
      subset: facet('OutputSubsetOutputDatasetFacet', SUBSET, {
        outputCondition: partitions,
      }).optional(),
    })
    .optional(),
});

const runEvent = z.strictObject({
  eventType: z.enum(['START', 'RUNNING', 'COMPLETE', 'ABORT', 'FAIL', 'OTHER']),
  eventTime: z.iso.datetime(),
  run: z.strictObject({ runId: z.guid(), facets: runFacets }),
  job: job.extend({
    facets: z.strictObject({
      jobType: facet('JobTypeJobFacet', '2-0-4/JobTypeJobFacet', {
        processingType: z.enum(['BATCH', 'STREAMING', 'SERVICE']),
        integration: text,
        jobType: text,
      }),
    }),
  }),
  inputs: z.array(input),
  outputs: z.array(output),
  producer: uri,
  schemaURL: z.literal('https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent'),
});

export type RunEvent = z.infer<typeof runEvent>;

/** Throws with every place at which an event is not of that shape. */
export function asRunEvent(event: JsonObject): RunEvent {
  return runEvent.parse(event);
}

/** What is told of each run of a job, in the order in which it was told: exactly one beginning, then exactly one end. */
export function storyOf(events: readonly RunEvent[]): readonly string[] {
  return events.map(({ eventType, job: { name } }) => `${eventType} ${name}`);
}
