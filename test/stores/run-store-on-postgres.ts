import type { Kysely } from 'kysely';
import { migrate } from '../../migrations/migrate.ts';
import { Failure } from '../../src/domain/failure.ts';
import { connectDatabase } from '../../src/stores/postgres/connect.ts';
import type { Database } from '../../src/stores/postgres/database.ts';
import { createPostgresRunStore } from '../../src/stores/postgres/postgres-run-store.ts';
import type { NewRun, PartitionRecord } from '../../src/stores/run-records.ts';
import type { RunStore } from '../../src/stores/run-store.ts';
import { startTestPostgres } from '../support/postgres.ts';
import { newRun } from './made-up-run.ts';

export type TestRunStore = {
  readonly db: Kysely<Database>;
  readonly store: RunStore;
  /** A new run that is RUNNING. */
  readonly startRun: (changes?: Partial<NewRun>) => Promise<string>;
  readonly close: () => Promise<void>;
};

/** A run store in an empty, migrated database of a server of its own. */
export async function openRunStore(): Promise<TestRunStore> {
  const postgres = await startTestPostgres();
  const db = connectDatabase({ url: (await postgres.createDatabase()).url, application: 'test' });
  await migrate(db);
  const store = createPostgresRunStore(db);
  let runs = 0;
  return {
    db,
    store,
    startRun: async (changes) => {
      const { runId } = await store.createRun(newRun(++runs, changes));
      await store.setStatus(runId, 'RUNNING');
      return runId;
    },
    close: async () => {
      await db.destroy();
      await postgres.stop();
    },
  };
}

export async function allPartitions(
  store: RunStore,
  runId: string,
): Promise<readonly PartitionRecord[]> {
  const records: PartitionRecord[] = [];
  for await (const record of store.partitions(runId)) records.push(record);
  return records;
}

/** The kind of the failure that the work ends with. */
export async function kindOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Failure)) throw new Error(`No failure, but ${String(error)}.`);
  return error.kind;
}
