import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';
import { count, digest, moment, next, pageQuery } from './fields.ts';
import { runStatus } from './runs.ts';

const experimentEntry = z
  .strictObject({
    experiment: z.string(),
    runs: count,
    /** Versions of its data. */
    snapshots: count,
    newest: z.strictObject({ runId: z.string(), status: runStatus, createdAt: moment }),
  })
  .meta({ id: 'Experiment' });

const snapshotEntry = z
  .strictObject({
    digest,
    rows: count,
    partitions: count,
    columns: count,
    source: z.strictObject({ kind: z.string(), location: z.string() }),
    /** Rows of the source that are in no partition, by reason. */
    excluded: z.record(z.string(), count),
    /** That have read it. */
    experiments: z.array(z.string()),
    runs: count,
    newestRun: z.string(),
    firstSeenAt: moment,
    lastReadAt: moment,
  })
  .meta({ id: 'Snapshot', description: 'A version of the data that runs have read.' });

const snapshotPartition = z
  .strictObject({
    ordinal: count,
    partitionId: z.string(),
    text: z.string(),
    /** What people see: the bare value where the key is one column. */
    name: z.string(),
    rows: count,
    digest,
    /** In the version that it is compared with; null: it is not there. */
    before: z.strictObject({ rows: count, digest }).nullable(),
  })
  .meta({ id: 'SnapshotPartition' });

export const dataEndpoints = {
  'GET /experiments': {
    summary: 'Experiments with how often each ran, the one that ran last first.',
    role: 'viewer',
    query: pageQuery(500, 100),
    answer: z
      .strictObject({ experiments: z.array(experimentEntry), next })
      .meta({ id: 'ExperimentPage' }),
  },
  'GET /snapshots': {
    summary: 'Versions of the data that runs have read, the newest first.',
    role: 'viewer',
    query: pageQuery(200, 50).extend({
      experiment: z
        .string()
        .regex(/^[\w.\- ]{1,200}$/)
        .optional(),
    }),
    answer: z
      .strictObject({ snapshots: z.array(snapshotEntry), next })
      .meta({ id: 'SnapshotPage' }),
  },
  'GET /snapshots/{snapshot}': {
    summary: 'A version of the data, and the one that the same experiments had read before it.',
    role: 'viewer',
    params: z.strictObject({ snapshot: digest }),
    answer: snapshotEntry
      .extend({ older: snapshotEntry.pick({ digest: true, firstSeenAt: true }).nullable() })
      .meta({ id: 'SnapshotWithOlder' }),
  },
  'GET /snapshots/{snapshot}/partitions': {
    summary: 'A page of the partitions of a version, in text order.',
    role: 'viewer',
    params: z.strictObject({ snapshot: digest }),
    query: pageQuery(1000, 200).extend({
      comparedTo: digest.optional().describe('Another version: what each partition was there.'),
    }),
    answer: z
      .strictObject({ partitions: z.array(snapshotPartition), next })
      .meta({ id: 'SnapshotPartitionPage' }),
  },
} as const satisfies { readonly [key: string]: Endpoint };
