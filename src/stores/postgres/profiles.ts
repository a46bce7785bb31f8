import type { Kysely } from 'kysely';
import { asJson } from '../../domain/json.ts';
import type { RunStore } from '../run-store.ts';
import type { Database } from './database.ts';
import { knowObjects } from './objects.ts';
import { outputDigest, recordStep } from './record-step.ts';
import { insertRows } from './rows.ts';
import { selectSnapshotPartitions, snapshotPartitionFromRow } from './snapshots.ts';
import { insertStepIo } from './step-io.ts';

type Profiles = Pick<RunStore, 'recordProfiles' | 'profiles' | 'foldSegments'>;

export function profileRecords(db: Kysely<Database>): Profiles {
  return {
    async recordProfiles(runId, number, profiles, folds, attempt) {
      const reasons = profiles.flatMap(({ facts }) => Object.keys(facts.split.excluded));
      const digest = outputDigest(asJson({ profiles, folds }), reasons);
      const step = { runId, stage: 'profile', scope: 'own', batch: number, attempt } as const;
      await recordStep(db, { ...step, outputDigest: digest }, async (transaction, stepId) => {
        await knowObjects(transaction, [{ digest: folds, kind: 'folds', byteSize: null }]);
        const { snapshot_id, digest } = await transaction
          .selectFrom('run_snapshot')
          .innerJoin('snapshot', 'snapshot.id', 'run_snapshot.snapshot_id')
          .select(['run_snapshot.snapshot_id', 'snapshot.digest'])
          .where('run_snapshot.run_id', '=', runId)
          .executeTakeFirstOrThrow();
        await insertRows(
          transaction,
          'profile',
          { run_id: 'uuid', snapshot_id: 'bigint', partition_id: 'text', facts: 'json' },
          profiles.map(({ partitionId, facts }) => ({
            run_id: runId,
            snapshot_id,
            partition_id: partitionId,
            facts,
          })),
        );
        await insertStepIo(transaction, stepId, runId, [
          { direction: 'in', role: 'snapshot', digest },
          { direction: 'out', role: 'folds', digest: folds },
        ]);
      });
    },

    async profiles(runId) {
      const rows = await selectSnapshotPartitions(db, runId)
        .innerJoin('profile', (join) =>
          join
            .onRef('profile.run_id', '=', 'run_snapshot.run_id')
            .onRef('profile.partition_id', '=', 'snapshot_partition.partition_id'),
        )
        .select('profile.facts')
        .orderBy('snapshot_partition.ordinal')
        .execute();
      return rows.map((row) => ({ ...snapshotPartitionFromRow(row), facts: row.facts }));
    },

    async foldSegments(runId) {
      const rows = await db
        .selectFrom('step')
        .innerJoin('step_io', 'step_io.step_id', 'step.id')
        .select('step_io.digest')
        .where('step.run_id', '=', runId)
        .where('step.stage', '=', 'profile')
        .where('step_io.direction', '=', 'out')
        .where('step_io.role', '=', 'folds')
        .orderBy('step.batch')
        .execute();
      return rows.map(({ digest }) => digest);
    },
  };
}
