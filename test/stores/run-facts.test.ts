import type { Kysely } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../migrations/migrate.ts';
import { connectDatabase } from '../../src/stores/postgres/connect.ts';
import type { Database } from '../../src/stores/postgres/database.ts';
import { createPostgresAuditStore } from '../../src/stores/postgres/postgres-audit-store.ts';
import { createPostgresRunFactsStore } from '../../src/stores/postgres/postgres-run-facts-store.ts';
import { createPostgresRunStore } from '../../src/stores/postgres/postgres-run-store.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { attempt, newRun, numbered, recordPlan, snapshotOf } from './made-up-run.ts';

let postgres: TestPostgres;
let db: Kysely<Database>;
beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres?.stop());
beforeEach(async () => {
  const { url } = await postgres.createDatabase();
  db = connectDatabase({ url, application: 'partita test' });
  await migrate(db);
  return () => db.destroy();
});

/** A step and an attempt at it, in a transaction that is still open. */
async function beginStep(runId: string, batch: number) {
  const transaction = await db.startTransaction().execute();
  const { id } = await transaction
    .insertInto('step')
    .values({
      run_id: runId,
      stage: 'train',
      scope: 'own',
      batch,
      attempt: 1,
      activity_id: 'a',
      output_digest: null,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  await transaction
    .insertInto('step_attempt')
    .values({
      step_id: id,
      attempt: 1,
      activity_id: 'a',
      worker: 'w',
      outcome: 'SUCCEEDED',
      queued_at: null,
      started_at: attempt().startedAt,
    })
    .execute();
  return transaction;
}

describe('attempts', () => {
  it('are never passed over by a reader who saw a later one first', async () => {
    const { runId } = await createPostgresRunStore(db).createRun(newRun(1));
    const facts = createPostgresRunFactsStore(db);
    const seen = async (after: number) =>
      (await facts.attempts(runId, { after, limit: 10 })).map(({ batch }) => batch);
    const slow = await beginStep(runId, 0);
    const quick = await beginStep(runId, 1);
    await quick.commit().execute();
    expect(await seen(0)).toEqual([]);
    await slow.commit().execute();
    expect(await seen(0)).toEqual([0, 1]);
  });
});

describe('the grid of partitions', () => {
  it('shows the partitions of the snapshot before anything is planned, and every page once', async () => {
    const store = createPostgresRunStore(db);
    const facts = createPostgresRunFactsStore(db);
    const { runId } = await store.createRun(newRun(1));
    const snapshot = snapshotOf(numbered(25));
    const file = { digest: snapshot.digest, byteSize: 1 };
    await store.recordSnapshot(runId, snapshot, file, attempt());
    const texts = async () => {
      const all: string[] = [];
      for (let after = -1; ; ) {
        const page = await facts.partitionCells(runId, { after, limit: 10 });
        all.push(...page.map(({ text }) => text));
        const last = page.at(-1);
        if (last === undefined) return all;
        after = last.ordinal;
      }
    };
    const expected = snapshot.partitions.map(({ text }) => text);
    expect(await texts()).toEqual(expected);
    expect(await facts.partitionStates(runId)).toEqual({ waiting: 25 });
    await recordPlan(store, runId, snapshot);
    expect(await texts()).toEqual(expected);
    expect(await facts.partitionStates(runId)).toEqual({ waiting: 25 });
  });
});

describe('the partitions of a run that another has not', () => {
  it('are those of what both have read, planned or not', async () => {
    const store = createPostgresRunStore(db);
    const facts = createPostgresRunFactsStore(db);
    const read = async (number: number, values: readonly string[]) => {
      const { runId } = await store.createRun(newRun(number));
      const snapshot = snapshotOf(values);
      const file = { digest: snapshot.digest, byteSize: 1 };
      await store.recordSnapshot(runId, snapshot, file, attempt());
      return { runId, snapshot };
    };
    const [few, many] = [await read(1, ['a', 'b']), await read(2, ['b', 'c', 'd'])];
    const onlyIn = async (run: string, missingIn: string, limit = 10) =>
      (await facts.partitionCells(run, { after: -1, limit, missingIn })).map(({ text }) => text);
    const both = async () => [
      await onlyIn(few.runId, many.runId),
      await onlyIn(many.runId, few.runId),
      await onlyIn(many.runId, many.runId),
      await onlyIn(many.runId, few.runId, 1),
    ];
    const expected = [['asset_type=a'], ['asset_type=c', 'asset_type=d'], [], ['asset_type=c']];
    expect(await both()).toEqual(expected);
    await recordPlan(store, many.runId, many.snapshot);
    expect(await both()).toEqual(expected);
    const { runId: unread } = await store.createRun(newRun(3));
    expect(await onlyIn(few.runId, unread)).toEqual(['asset_type=a', 'asset_type=b']);
  });
});

describe('pages of runs', () => {
  it('hold every run once while new ones are started', async () => {
    const store = createPostgresRunStore(db);
    for (let i = 1; i <= 6; i++) await store.createRun(newRun(i));
    const first = await store.listRuns({ limit: 3 });
    await store.createRun(newRun(7));
    const before = first.at(-1)?.runId ?? '';
    const second = await store.listRuns({ limit: 3, before });
    const numbers = [...first, ...second].map(({ runId }) => Number(runId.slice(-12)));
    expect(numbers).toEqual([6, 5, 4, 3, 2, 1]);
  });
});

describe('the audit trail', () => {
  const EVENT = {
    requestId: '019f0000-0000-7000-8000-000000000001',
    actor: 'ann',
    role: 'editor',
    action: 'POST /runs/{run}/cancel',
    target: { run: 'r\u0000' },
    status: null,
  } as const;

  it('takes new events and refuses every change', async () => {
    const audit = createPostgresAuditStore(db);
    await audit.append(EVENT);
    await audit.append({ ...EVENT, status: 200 });
    const [last, first] = await audit.list({ limit: 10 });
    expect([first?.status, last?.status]).toEqual([null, 200]);
    expect(await audit.list({ limit: 10, before: last?.id ?? 0 })).toEqual([first]);
    const changes = [
      db.updateTable('audit_event').set({ actor: 'eve' }).execute(),
      db.deleteFrom('audit_event').execute(),
    ];
    for (const change of changes) await expect(change).rejects.toThrow(/takes new rows only/);
  });
});
