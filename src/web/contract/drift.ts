import { z } from 'zod';
import { DRIFT_STATUSES } from '../../domain/run.ts';
import type { Drift, DriftedPartition } from '../../operations/drifted-partitions.ts';
import type { Endpoint } from './endpoint.ts';
import { document, moment, next, pageQuery, runParams } from './fields.ts';
import { longAnswer } from './long-answer.ts';
import { previewSource } from './sources.ts';

const asking = {
  /** Whose rows new data are compared with. */
  runId: z.string(),
  askedBy: z.string(),
  askedAt: moment,
};

const found = longAnswer('Drift', asking, {
  drift: document<Drift>('Drift', 'As `partita drift --json` prints it.'),
});
const latest = z.discriminatedUnion('state', [
  z.strictObject({ state: z.literal('none'), runId: z.string() }),
  found.done,
]);

export const driftEndpoints = {
  'POST /runs/{run}/drift': {
    summary:
      'Compares new data with what a run was trained on, partition by partition; asked again meanwhile, it is the same comparison.',
    role: 'editor',
    params: runParams,
    body: z.strictObject({
      source: previewSource.optional().describe("Left out: the run's own source, read anew."),
      rate: z
        .number()
        .min(1e-6)
        .max(0.5)
        .default(0.05)
        .describe('False alarms among all columns that are named.'),
      psi: z
        .number()
        .min(0)
        .max(100)
        .default(0.1)
        .describe('Stability indices below this are no drift.'),
    }),
    answer: found.working,
    status: 202,
  },
  'GET /runs/{run}/drift': {
    summary: 'What was found last; with 202 while it is being looked for.',
    role: 'viewer',
    params: runParams,
    answer: latest.meta({ id: 'LatestDrift' }),
    also: { 202: found.working },
  },
  'GET /runs/{run}/drift/partitions': {
    summary: 'A page of the partitions of what was found last, in text order.',
    role: 'viewer',
    params: runParams,
    query: pageQuery(500, 100).extend({ status: z.enum(DRIFT_STATUSES).optional() }),
    answer: z
      .strictObject({
        partitions: z.array(
          document<DriftedPartition>('DriftedPartition', 'As `partita drift --json` prints it.'),
        ),
        next,
      })
      .meta({ id: 'DriftedPartitionPage' }),
  },
} as const satisfies { readonly [key: string]: Endpoint };
