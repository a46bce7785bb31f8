import { createHash } from 'node:crypto';
import type { JsonObject } from '../../domain/json.ts';
import type { Stage } from '../../domain/run.ts';
import type { Announcement } from '../../stores/outbox-store.ts';
import { asInputs, asOutputs, Datasets, type Producer } from './datasets.ts';
import { ownFacet, standardFacet } from './facets.ts';

const SCHEMA = 'https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent';

/**
 * An announcement as an OpenLineage event: a run of ours is a run of the job named after its experiment, a stage one of
 * `EXPERIMENT.STAGE` below it. The same announcement gives the same event, ids included: told twice, it changes nothing.
 */
export function openLineageEvent(told: Announcement, by: Producer): JsonObject {
  const { stage, event, at, run } = told;
  const datasets = new Datasets(by, told);
  const [inputs, outputs] = dataOf(told, datasets);
  return {
    eventType: event,
    eventTime: at,
    run: { runId: runIdOf(run.runId, stage), facets: runFacets(told, by) },
    job: {
      namespace: by.namespace,
      name: jobOf(run.experiment, stage),
      facets: {
        jobType: standardFacet(by.uri, 'JobTypeJobFacet', {
          processingType: 'BATCH',
          integration: 'PARTITA',
          jobType: stage === null ? 'RUN' : 'STAGE',
        }),
      },
    },
    inputs: asInputs(by, inputs),
    outputs: event === 'COMPLETE' ? asOutputs(by, outputs) : [],
    producer: by.uri,
    schemaURL: SCHEMA,
  };
}

type Data = ReturnType<Datasets['source']>;

/** What a stage reads, and what it has made once it is complete. */
function dataOf(
  { stage, table, trained }: Announcement,
  data: Datasets,
): readonly [inputs: Data, outputs: Data] {
  switch (stage) {
    case null:
      return [data.source(), [...data.made('model_set', table), ...data.report()]];
    case 'snapshot':
      return [data.source(), data.snapshot(table)];
    case 'profile':
      return [data.snapshot(table), data.made('profiles', table)];
    case 'condition':
      return [data.made('profiles', table), data.folds()];
    case 'features':
    case 'select':
      return [data.snapshot(trained), []];
    case 'train':
      return [[...data.snapshot(trained), ...data.folds()], data.made('models', trained)];
    case 'evaluate':
      return [[...data.made('models', trained), ...data.folds()], data.made('scores', table)];
    case 'choose':
      return [data.made('scores', table), data.made('model_set', table)];
    case 'report':
      return [data.made('model_set', table), data.report()];
  }
}

function runFacets(told: Announcement, by: Producer): JsonObject {
  const { stage, event, run, outcomes } = told;
  return {
    processing_engine: standardFacet(by.uri, 'ProcessingEngineRunFacet', {
      name: 'partita',
      version: by.version,
      openlineageAdapterVersion: by.version,
    }),
    ...(stage !== null && {
      parent: standardFacet(by.uri, 'ParentRunFacet', {
        run: { runId: run.runId },
        job: { namespace: by.namespace, name: run.experiment },
      }),
    }),
    ...(event === 'FAIL' && {
      errorMessage: standardFacet(by.uri, 'ErrorMessageRunFacet', {
        message: run.error ?? 'No partition has an answer.',
        programmingLanguage: 'TypeScript',
      }),
    }),
    partita_run: ownFacet(by.uri, 'partita_run', {
      run: run.runId,
      experiment: run.experiment,
      stage,
      mode: run.origin?.mode ?? 'fresh',
      origin: run.origin?.runId ?? null,
      engine: run.spec.engine.kind,
      task: run.spec.target.task,
      metric: run.spec.metric,
      seed: run.spec.seed,
      spec: run.specDigest,
      code: run.sourceDigest,
      commit: run.gitCommit,
      environment: run.environment,
    }),
    ...(outcomes !== null && {
      partita_outcome: ownFacet(by.uri, 'partita_outcome', { partitions: outcomes }),
    }),
  };
}

function jobOf(experiment: string, stage: Stage | null): string {
  return stage === null ? experiment : `${experiment}.${stage}`;
}

/** A stage's id is made from the run's (RFC 9562, version 8: the bits are ours): the same for all of its events. */
function runIdOf(runId: string, stage: Stage | null): string {
  if (stage === null) return runId;
  const hash = createHash('sha256').update(`partita stage ${stage} of ${runId}`).digest();
  hash[6] = ((hash[6] ?? 0) & 0x0f) | 0x80;
  hash[8] = ((hash[8] ?? 0) & 0x3f) | 0x80;
  const hex = hash.toString('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20, 32),
  ].join('-');
}
