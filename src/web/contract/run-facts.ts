import { z } from 'zod';
import { STAGES } from '../../domain/run.ts';
import type { PartitionRecord } from '../../stores/run-records.ts';
import type { Endpoint } from './endpoint.ts';
import {
  count,
  document,
  moment,
  momentOrNull,
  next,
  pageQuery,
  partitionParams,
  runParams,
} from './fields.ts';

const stageFacts = z
  .strictObject({
    stage: z.enum(STAGES),
    /** `stopped`: the run ended in it; `skipped`: before it. */
    state: z.enum(['waiting', 'running', 'done', 'stopped', 'skipped']),
    startedAt: momentOrNull,
    endedAt: momentOrNull,
    /** Steps recorded (batches, and the model without partition), and how many there will be; null = not planned yet. */
    done: count,
    total: count.nullable(),
    /** More than `done`: something was tried again. */
    attempts: count,
  })
  .meta({ id: 'StageFacts' });
export type StageFacts = z.output<typeof stageFacts>;

/** How a partition stands: what the run chose for it, or how far it is. */
export const PARTITION_STATES = [
  'waiting',
  'trained',
  'reused',
  'merged',
  'global',
  'skipped',
  'failed',
] as const;
const partitionState = z.enum(PARTITION_STATES);
export type PartitionState = z.output<typeof partitionState>;

export const partitionCell = z
  .strictObject({
    /** Position in text order. */
    ordinal: count,
    partitionId: z.string(),
    /** Canonical text: `carrier=AA`. */
    text: z.string(),
    /** What people see: the bare value where the key is one column. */
    name: z.string(),
    rows: count,
    /** What `condition` decided; null before it did. */
    decision: z.enum(['train', 'shrink', 'global', 'skip', 'fail', 'merge']).nullable(),
    state: partitionState,
    reason: z.string().nullable(),
    verdict: z.enum(['own', 'parent', 'global', 'blend', 'tie']).nullable(),
    /** Of the own best model. */
    algorithm: z.string().nullable(),
    cv: z.number().nullable(),
    holdout: z.number().nullable(),
    globalCv: z.number().nullable(),
    globalHoldout: z.number().nullable(),
    /** Own ahead of global. */
    difference: z.number().nullable(),
    /** Digest of the model that answers. */
    model: z.string().nullable(),
    /** When its training began, and how long it took in milliseconds. */
    trainedAt: momentOrNull,
    trainMs: z.number().nullable(),
  })
  .meta({ id: 'PartitionCell' });
export type PartitionCell = z.output<typeof partitionCell>;

const attemptFacts = z
  .strictObject({
    id: z.int(),
    stage: z.enum(STAGES),
    scope: z.enum(['own', 'parent', 'global']),
    batch: z.int(),
    attempt: z.int(),
    worker: z.string(),
    outcome: z.enum(['SUCCEEDED', 'DUPLICATE', 'LOST', 'FAILED']),
    /** When it was put into the queue, where it waits for a worker that is free; null where that is not known. */
    queuedAt: momentOrNull,
    startedAt: moment,
    endedAt: moment,
    /** Partitions of the batch; null where the stage has no batches. */
    partitions: count.nullable(),
  })
  .meta({ id: 'AttemptFacts', description: 'One attempt at a step that was recorded.' });
export type AttemptFacts = z.output<typeof attemptFacts>;

const failureGroup = z
  .strictObject({
    reason: z.string(),
    count,
    /** The most frequent messages, at most 5. */
    messages: z.array(z.strictObject({ message: z.string(), count })),
    /** At most 20. */
    partitions: z.array(z.strictObject({ partitionId: z.string(), text: z.string() })),
  })
  .meta({ id: 'FailureGroup' });
export type FailureGroup = z.output<typeof failureGroup>;

/** A partition with everything known of it: profile, candidates, selection, evaluation, choice, log. */
export type PartitionDetail = PartitionRecord;

export const runFactsEndpoints = {
  'GET /runs/{run}/stages': {
    summary: 'The stages with their states and times, in the order of the work.',
    role: 'viewer',
    params: runParams,
    answer: z.strictObject({ stages: z.array(stageFacts) }).meta({ id: 'Stages' }),
  },
  'GET /runs/{run}/partitions': {
    summary: 'A page of the partition grid, in text order; a cell has a bounded size.',
    role: 'viewer',
    params: runParams,
    query: pageQuery(1000, 200).extend({
      state: partitionState.optional(),
      /** A part of the text, whatever its case. */
      search: z.string().max(200).optional(),
    }),
    answer: z
      .strictObject({ partitions: z.array(partitionCell), next })
      .meta({ id: 'PartitionPage' }),
  },
  'GET /runs/{run}/partition-counts': {
    summary: 'How many partitions are in each state.',
    role: 'viewer',
    params: runParams,
    answer: z
      .strictObject({ total: count, states: z.record(z.string(), count) })
      .meta({ id: 'PartitionCounts' }),
  },
  'GET /runs/{run}/partitions/{partition}': {
    summary: 'One partition with all that is known of it.',
    role: 'viewer',
    params: partitionParams,
    answer: document<PartitionDetail>('PartitionDetail', 'Profile, training, evaluation, choice.'),
  },
  'GET /runs/{run}/partitions/{partition}/log': {
    summary: 'What was written while a partition was trained.',
    role: 'viewer',
    params: partitionParams,
    answer: z.strictObject({ log: z.string() }).meta({ id: 'PartitionLog' }),
  },
  'GET /runs/{run}/attempts': {
    summary: 'The timeline: every recorded attempt at every step, in the order of recording.',
    role: 'viewer',
    params: runParams,
    query: pageQuery(1000, 500),
    answer: z.strictObject({ attempts: z.array(attemptFacts), next }).meta({ id: 'AttemptPage' }),
  },
  'GET /runs/{run}/failures': {
    summary: 'Failed partitions by reason, the most frequent first.',
    role: 'viewer',
    params: runParams,
    answer: z.strictObject({ failures: z.array(failureGroup) }).meta({ id: 'Failures' }),
  },
  'GET /runs/{run}/events': {
    summary:
      'Server-sent events until the run has ended: `state` (RunState) at every change, `step` (AttemptFacts) for every recorded attempt. `Last-Event-ID` resumes after a step.',
    role: 'viewer',
    params: runParams,
    answer: { media: 'text/event-stream' },
  },
} as const satisfies { readonly [key: string]: Endpoint };
