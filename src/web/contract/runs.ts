import { z } from 'zod';
import { FAILURE_KINDS } from '../../domain/failure.ts';
import type { RunResult } from '../../domain/result.ts';
import { STAGES } from '../../domain/run.ts';
import type { Reproduction } from '../../operations/reproduction.ts';
import type { ReportFacts } from '../../report/facts.ts';
import type { Spec } from '../../spec/spec.ts';
import type { Endpoint } from './endpoint.ts';
import {
  count,
  digest,
  document,
  jsonObject,
  moment,
  momentOrNull,
  next,
  pageQuery,
  runParams,
} from './fields.ts';

export const runStatus = z
  .enum(['PENDING', 'RUNNING', 'SUCCEEDED', 'PARTIAL', 'FAILED', 'CANCELLED'])
  .meta({ id: 'RunStatus' });

export const runSummary = z
  .strictObject({
    runId: z.string(),
    experiment: z.string(),
    status: runStatus,
    createdAt: moment,
    endedAt: momentOrNull,
    partitions: count.nullable(),
    /** Of the partitions: those that nobody answers for; null where the run has not come to choose. */
    unanswered: count.nullable(),
  })
  .meta({ id: 'RunSummary' });
export type RunSummary = z.output<typeof runSummary>;

/** How a run stands right now; the same numbers as in the terminal. */
export const runState = z
  .strictObject({
    runId: z.string(),
    experiment: z.string(),
    status: runStatus,
    stage: z.enum(STAGES).nullable(),
    paused: z.boolean(),
    concurrency: count,
    partitions: count,
    trained: count,
    failed: count,
    batches: z.strictObject({ done: count, running: count, total: count }),
    cluster: z.strictObject({ tasks: count, done: count }).nullable(),
    trouble: z.string().nullable(),
    error: z.string().nullable(),
  })
  .meta({ id: 'RunState' });
export type RunState = z.output<typeof runState>;

const again = z.strictObject({
  which: z
    .enum(['missing', 'failed', 'all'])
    .describe('What the run never got to; that and what failed; everything.'),
  partition: z.string().min(1).max(10_000).optional().describe('Of these only one.'),
});

const retried = z
  .strictObject({
    runId: z.string().nullable(),
    origin: z.string(),
    again: count,
    takenOver: count,
    partitions: z.array(z.string()),
    note: z.string().nullable(),
  })
  .meta({ id: 'Retried', description: 'The new run (null: a dry run), and what it does.' });

const reproducing = z
  .strictObject({
    /** Of the new run. */
    runId: z.string(),
    origin: z.string(),
  })
  .meta({ id: 'Reproducing' });

const runDetail = z
  .strictObject({
    runId: z.string(),
    experiment: z.string(),
    status: runStatus,
    requestedBy: z.string(),
    /** The run that this one starts from. */
    origin: z
      .strictObject({
        runId: z.string(),
        mode: z.enum(['retry', 'reproduce', 'drifted']),
        /** What a retry fits again. */
        again: z
          .strictObject({
            which: z.enum(['missing', 'failed', 'all']),
            /** Of these only one: its id. */
            partition: z.string().optional(),
          })
          .nullable(),
      })
      .nullable(),
    createdAt: moment,
    startedAt: momentOrNull,
    endedAt: momentOrNull,
    error: z.string().nullable(),
    errorKind: z.enum(FAILURE_KINDS).nullable(),
    specDigest: digest,
    spec: document<Spec>('Spec', 'The spec with every default filled in.'),
    snapshot: z
      .strictObject({
        digest,
        rowCount: count,
        partitionCount: count,
        columns: z.array(
          z.strictObject({
            name: z.string(),
            kind: z.enum(['number', 'category', 'time']),
            sourceType: z.string(),
            note: z.string().nullable(),
          }),
        ),
        excluded: z.record(z.string(), count),
      })
      .nullable(),
    /** Of the target; empty for a regression or before the data are read. */
    classes: z.array(z.string()),
    warnings: z.array(z.string()),
    hasReport: z.boolean(),
    /** The metric on all holdout rows, each by the model that answers for it. */
    served: z.number().nullable(),
    /** The run on Temporal's own pages, where these are ours. */
    temporalUi: z.string().nullable(),
    /** Milliseconds: `total`, and one entry per stage that has begun. */
    timings: z.record(z.string(), z.number()),
    state: runState,
  })
  .meta({ id: 'Run' });
export type RunDetail = z.output<typeof runDetail>;

export const specText = z.strictObject({ content: z.string().max(1_000_000) });
export const specData = z.strictObject({ spec: jsonObject });
/** Either the text of a spec (YAML or JSON), as a person writes it, or the same as data. */
export const specBody = z.union([specText, specData]);
export type SpecBody = z.input<typeof specBody>;

const reuse = z
  .boolean()
  .optional()
  .describe('false: everything is fitted, also what an earlier run has fitted from the same.');
const runBody = z.union([specText.extend({ reuse }), specData.extend({ reuse })]);

/** The `etag` that a run was last seen with: if it is another by now, nothing happens. */
export const ifMatch = z.object({ 'if-match': z.string().max(200).optional() });

const RUN_IDS =
  /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(,[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}){0,99}$/;

const submitted = z.strictObject({ runId: z.string() }).meta({ id: 'Submitted' });

export const runEndpoints = {
  'GET /runs': {
    summary: 'Runs, the newest first.',
    role: 'viewer',
    query: pageQuery(200, 50)
      .extend({
        experiment: z
          .string()
          .regex(/^[\w.\- ]{1,200}$/)
          .optional(),
        since: z
          .string()
          .min(1)
          .max(100)
          .optional()
          .describe('Only runs that are newer than this one, and those of `among`.'),
        among: z
          .string()
          .regex(RUN_IDS)
          .optional()
          .describe('Ids of runs, with commas between them, at most 100; beside `since` only.'),
      })
      .refine(({ since, among }) => since !== undefined || among === undefined, {
        path: ['among'],
        error:
          'Runs are named beside `since` only; without it all are listed: add it, or leave this out',
      }),
    answer: z.strictObject({ runs: z.array(runSummary), next }).meta({ id: 'RunPage' }),
  },
  'POST /runs': {
    summary:
      'Records a run and starts it; with the same `Idempotency-Key` again, the run that exists.',
    role: 'editor',
    headers: z.object({ 'idempotency-key': z.string().min(1).max(200).optional() }),
    body: runBody,
    answer: submitted,
    status: 202,
  },
  'POST /examples/mining': {
    summary: 'Loads the table of the mining example into the database for data, and runs it.',
    role: 'editor',
    body: z.strictObject({}),
    answer: submitted,
    status: 202,
  },
  'GET /runs/{run}': {
    summary: 'One run and how it stands. Its `ETag` changes when what may be steered changes.',
    role: 'viewer',
    params: runParams,
    answer: runDetail,
  },
  'GET /runs/{run}/result': {
    summary: 'The result, as `partita run --json` prints it, sent while its partitions are read.',
    role: 'viewer',
    params: runParams,
    answer: document<RunResult>('RunResult', 'As `partita run --json` prints it.'),
  },
  'POST /runs/{run}/pause': {
    summary: 'Starts no more batches; those that run go on.',
    role: 'editor',
    params: runParams,
    headers: ifMatch,
    body: z.strictObject({}),
    answer: runState,
  },
  'POST /runs/{run}/resume': {
    summary: 'Goes on with a paused run.',
    role: 'editor',
    params: runParams,
    headers: ifMatch,
    body: z.strictObject({}),
    answer: runState,
  },
  'POST /runs/{run}/cancel': {
    summary: 'Ends a run; finished partitions keep their results.',
    role: 'editor',
    params: runParams,
    headers: ifMatch,
    body: z.strictObject({}),
    answer: runState,
  },
  'POST /runs/{run}/retry': {
    summary:
      'A new run on the rows that a run read: fits some partitions again and takes over the rest.',
    role: 'editor',
    params: runParams,
    headers: z.object({ 'idempotency-key': z.string().min(1).max(200).optional() }),
    body: again.extend({ dryRun: z.boolean().default(false) }),
    answer: retried,
    status: 202,
  },
  'POST /runs/{run}/reproduce': {
    summary: 'The same run again on the bytes that a run read, with nothing taken over.',
    role: 'editor',
    params: runParams,
    headers: z.object({ 'idempotency-key': z.string().min(1).max(200).optional() }),
    body: z.strictObject({}),
    answer: reproducing,
    status: 202,
  },
  'GET /runs/{run}/reproduction': {
    summary: 'How such a run came out against the one that it reproduces.',
    role: 'viewer',
    params: runParams,
    answer: document<Reproduction>('Reproduction', 'As `partita reproduce --json` prints it.'),
  },
  'POST /runs/{run}/reproduction': {
    summary:
      "The same, put on record for the cards of the other run's models; once, however often.",
    role: 'editor',
    params: runParams,
    body: z.strictObject({}),
    answer: document<Reproduction>('Reproduction', 'As `partita reproduce --json` prints it.'),
  },
  'POST /runs/{run}/set-concurrency': {
    summary: 'How many batches are in flight at once.',
    role: 'editor',
    params: runParams,
    headers: ifMatch,
    body: z.strictObject({ concurrency: z.int().min(1).max(200) }),
    answer: runState,
  },
  'GET /runs/{run}/report': {
    summary: 'The facts of the report.',
    role: 'viewer',
    params: runParams,
    answer: document<ReportFacts>('ReportFacts', 'Everything that the report says, as data.'),
  },
  'GET /runs/{run}/report.html': {
    summary: 'The report as one page without scripts.',
    role: 'viewer',
    params: runParams,
    query: z.strictObject({ download: z.enum(['1']).optional() }),
    answer: { media: 'text/html' },
  },
  'GET /runs/{run}/predictions': {
    summary:
      "The stored predictions that the run was judged by, as a file. In CSV a ' stands before a text that a spreadsheet would run; the other formats have every text as it is.",
    role: 'viewer',
    params: runParams,
    query: z.strictObject({
      split: z.enum(['holdout', 'oof']).default('holdout'),
      format: z.enum(['csv', 'jsonl', 'parquet']).default('csv'),
    }),
    answer: { media: 'application/octet-stream' },
  },
} as const satisfies { readonly [key: string]: Endpoint };
