import type { Kysely } from 'kysely';
import type { RunStore } from '../run-store.ts';
import type { Database } from './database.ts';
import { foldSelectionRecords } from './fold-selections.ts';
import { outcomeRecords } from './outcomes.ts';
import { partitionQueries } from './partitions.ts';
import { planRecords } from './plans.ts';
import { profileRecords } from './profiles.ts';
import { stepQueries } from './record-step.ts';
import { runRecords } from './runs.ts';
import { snapshotRecords } from './snapshots.ts';
import { earlierTrainings } from './take-over.ts';
import { timingQueries } from './timings.ts';
import { trainingRecords } from './training.ts';

/** Remembers runs in a migrated Postgres (15 or newer); the caller owns the connection. */
export function createPostgresRunStore(db: Kysely<Database>): RunStore {
  return {
    ...runRecords(db),
    ...snapshotRecords(db),
    ...planRecords(db),
    ...profileRecords(db),
    ...earlierTrainings(db),
    ...foldSelectionRecords(db),
    ...trainingRecords(db),
    ...outcomeRecords(db),
    ...partitionQueries(db),
    ...timingQueries(db),
    ...stepQueries(db),
  };
}
