import { z } from 'zod';
import type { RunComparison } from '../../operations/compare-runs.ts';
import type { Impact } from '../../stores/impact.ts';
import type { Endpoint } from './endpoint.ts';
import { digest, document, moment, next, pageQuery, runParams } from './fields.ts';
import { partitionCell } from './run-facts.ts';

const experiment = z.string().min(1).max(200).optional().describe('Whose partition is meant.');
const what = z
  .string()
  .min(1)
  .max(10_000)
  .describe("A digest or a unique beginning of it, or a partition's key.");
const change = z.strictObject({
  what,
  experiment,
  reason: z.string().min(1).max(2000).describe('Told with every row that is answered otherwise.'),
});

const quarantine = z
  .strictObject({
    subject: z.union([
      z.strictObject({ kind: z.enum(['model', 'rows', 'snapshot']), digest }),
      z.strictObject({ kind: z.literal('partition'), text: z.string(), experiment: z.string() }),
    ]),
    actor: z.string(),
    reason: z.string(),
    at: moment,
  })
  .meta({ id: 'Quarantine', description: 'What must not answer, who said so, and why.' });

const quarantineChange = quarantine
  .extend({ kind: z.enum(['quarantine', 'release']) })
  .meta({ id: 'QuarantineChange', description: 'Who began or ended a quarantine, and why.' });

const twoRuns = runParams.extend({
  other: z.string().min(1).max(100).describe('Another run.'),
});

const comparedPartition = partitionCell
  .extend({ before: partitionCell.nullable() })
  .meta({ id: 'ComparedPartition', description: 'A partition, and what it was in another run.' });

export const lineageEndpoints = {
  'GET /impact': {
    summary: 'Every run, model and name that rows, a snapshot, a partition or a model reached.',
    role: 'viewer',
    query: z.strictObject({ what, experiment }),
    answer: document<Impact>('Impact', 'As `partita impact --json` prints it.'),
  },
  'GET /runs/{run}/diff/{other}': {
    summary: 'What changed from one run to another, and what that did.',
    role: 'viewer',
    params: twoRuns,
    answer: document<RunComparison>('RunComparison', 'As `partita diff --json` prints it.'),
  },
  'GET /runs/{run}/diff/{other}/partitions': {
    summary:
      'A page of the partitions of the other run, in text order, each beside what it was in the one.',
    role: 'viewer',
    params: twoRuns,
    query: pageQuery(1000, 200).extend({
      only: z.enum(['new']).optional().describe('Those that the one run has not.'),
    }),
    answer: z
      .strictObject({ partitions: z.array(comparedPartition), next })
      .meta({ id: 'ComparedPartitionPage' }),
  },
  'GET /quarantines': {
    summary: 'What must not answer any more, the newest first.',
    role: 'viewer',
    query: pageQuery(500, 100),
    answer: z
      .strictObject({ quarantines: z.array(quarantine), next })
      .meta({ id: 'QuarantinePage' }),
  },
  'GET /quarantines/changes': {
    summary: 'What was put into quarantine and let out of it, the newest first.',
    role: 'viewer',
    query: pageQuery(500, 100),
    answer: z
      .strictObject({ changes: z.array(quarantineChange), next })
      .meta({ id: 'QuarantineChangePage' }),
  },
  'POST /quarantines': {
    summary:
      'Lets a model, every model of bad data, or the own model of a partition answer no more.',
    role: 'editor',
    body: change,
    answer: quarantine,
  },
  'POST /quarantines/release': {
    summary: 'Lets answer again what is in quarantine.',
    role: 'editor',
    body: change,
    answer: quarantine,
  },
} as const satisfies { readonly [key: string]: Endpoint };
