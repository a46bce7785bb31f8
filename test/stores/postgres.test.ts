import { readFileSync } from 'node:fs';
import { type Kysely, type KyselyPlugin, sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { checkVersion, MIGRATIONS, migrate } from '../../migrations/migrate.ts';
import { connectDatabase } from '../../src/stores/postgres/connect.ts';
import type { Database } from '../../src/stores/postgres/database.ts';
import { type KnownObject, knowObjects } from '../../src/stores/postgres/objects.ts';
import { createPostgresRunStore } from '../../src/stores/postgres/postgres-run-store.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import { attempt, newRun, numbered, recordPlan, snapshotOf, trainedOf } from './made-up-run.ts';

let postgres: TestPostgres;
let url: string;
let db: Kysely<Database>;

beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(async () => {
  await postgres?.stop();
});
beforeEach(async () => {
  ({ url } = await postgres.createDatabase());
  db = connectDatabase({ url, application: 'partita test' });
});
afterEach(async () => {
  await db.destroy();
});

async function tableNames(): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables where table_schema = 'public'
      and table_name not like 'kysely_%' order by 1`.execute(db);
  return rows.map(({ name }) => name);
}

describe('a connection that is lost', () => {
  it('is an unreachable server to its query, no end of this process, and replaced by the next one', async () => {
    const slow = db.transaction().execute(async (transaction) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(
        transaction,
      );
      await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(db);
      // Nobody listens to the connection now: what the server did to it comes with the next question.
      await sql`select 1`.execute(transaction);
    });
    await expect(slow).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringMatching(/^Postgres at 127\.0\.0\.1:\d+\/test_\w+ can't be reached/),
    });
    expect((await sql<{ one: number }>`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }]);
  });
});

describe('migrations', () => {
  it('build the whole schema from an empty database, once', async () => {
    expect(await migrate(db)).toEqual({ applied: Object.keys(MIGRATIONS) });
    expect(await migrate(db)).toEqual({ applied: [] });
    expect(await tableNames()).toEqual([
      'alias',
      'alias_event',
      'annotation',
      'arrival',
      'audit_event',
      'audit_head',
      'audit_rows',
      'batch',
      'blend',
      'blend_part',
      'bookmark',
      'candidate',
      'choice',
      'code_version',
      'deleted_run',
      'drift',
      'drift_score',
      'environment',
      'evaluation',
      'experiment',
      'fold_selection',
      'metric',
      'model',
      'object',
      'object_location',
      'outbox',
      'parameters',
      'profile',
      'quarantine',
      'quarantine_event',
      'run',
      'run_deletion_event',
      'run_partition',
      'run_plan',
      'run_report',
      'run_snapshot',
      'run_totals',
      'selection',
      'snapshot',
      'snapshot_partition',
      'spec',
      'step',
      'step_attempt',
      'step_io',
      'training',
    ]);
  });

  it('wait for each other when processes migrate at once', async () => {
    const others = [1, 2, 3].map(() => connectDatabase({ url, application: 'other' }));
    const applied = await Promise.all([db, ...others].map((one) => migrate(one)));
    await Promise.all(others.map((one) => one.destroy()));
    expect(applied.flatMap((one) => one.applied)).toEqual(Object.keys(MIGRATIONS));
  });

  it('throw the error of one that fails, and leave the schema as it was', async () => {
    const broken = async (on: Kysely<unknown>) => {
      await sql`create table half (id int)`.execute(on);
      await sql`select no_such_column from half`.execute(on);
    };
    await expect(migrate(db, { ...MIGRATIONS, '99990101-broken': { up: broken } })).rejects.toThrow(
      /no_such_column/,
    );
    expect(await tableNames()).toEqual([]);
    expect((await migrate(db)).applied).toHaveLength(Object.keys(MIGRATIONS).length);
  });

  it('refuse a server that is too old before they touch it', () => {
    expect(() => checkVersion(140_011)).toThrow(/^Postgres 14 is too old/);
    expect(() => checkVersion(150_000)).not.toThrow();
  });

  it('make every reference a foreign key', async () => {
    await migrate(db);
    const { rows } = await sql<{ name: string }>`
      select c.table_name || '.' || c.column_name as name
      from information_schema.columns c
      where c.table_schema = 'public'
          and c.table_name not in (select table_name from information_schema.views)
          and c.column_name ~ '(_id|_digest|_pack|_into)$'
        and not exists (
          select from information_schema.key_column_usage k
          where k.table_name = c.table_name and k.column_name = c.column_name
            and k.position_in_unique_constraint is not null)
      order by 1`.execute(db);
    expect(rows.map(({ name }) => name)).toEqual([
      // Names of things outside, partitions that a run may not have any more, digests of what is no object, and a key of its own.
      'audit_event.request_id',
      'code_version.lockfile_digest',
      'code_version.partition_bundle_digest',
      'code_version.source_digest',
      'code_version.workflow_bundle_digest',
      'drift.partition_id',
      'run.workflow_id',
      'snapshot.schema_digest',
      'snapshot_partition.partition_id',
      'step.activity_id',
      'step.output_digest',
      'step_attempt.activity_id',
    ]);
  });
});

describe('a connection', () => {
  it('speaks UTC, with time-outs on everything and a name', async () => {
    const { rows } = await sql`
      select current_setting('timezone') as zone, current_setting('statement_timeout') as statement,
        current_setting('lock_timeout') as lock, current_setting('application_name') as name`.execute(
      db,
    );
    expect(rows).toEqual([{ zone: 'UTC', statement: '2min', lock: '30s', name: 'partita test' }]);
  });

  it('is kept alive by the system while it says nothing', async () => {
    const { rows } = await sql<{ port: number }>`select inet_client_port() as port`.execute(db);
    const port = (rows[0]?.port ?? 0).toString(16).toUpperCase().padStart(4, '0');
    // Of a connection, as Linux lists it: state 01 is established, timer 02 the one of keep-alive.
    const timer = () =>
      new RegExp(`^ *\\d+: \\w+:${port} \\S+ 01 \\S+ (\\d\\d):`, 'm').exec(
        readFileSync('/proc/net/tcp', 'utf8'),
      )?.[1];
    await vi.waitFor(() => expect(timer()).toBe('02'));
  });

  it('reads whole numbers as numbers, and refuses those that a number cannot hold', async () => {
    const answer = await sql`select 9007199254740991::bigint as n`.execute(db);
    expect(answer.rows).toEqual([{ n: Number.MAX_SAFE_INTEGER }]);
    await expect(sql`select 9007199254740993::bigint`.execute(db)).rejects.toThrow(/beyond 2\^53/);
  });

  it('that can not be made says where, why and what to do, without the password', async () => {
    const gone = connectDatabase({ url: 'postgres://me:secret@127.0.0.1:1/db', application: 'x' });
    const error = await sql`select 1`.execute(gone).catch((thrown: unknown) => thrown);
    await gone.destroy();
    expect(error).toMatchObject({ kind: 'unreachable' });
    expect(String(error)).toMatch(/127\.0\.0\.1:1\/db can't be reached .*DATABASE_URL/);
    expect(String(error)).not.toContain('secret');
  });
});

async function waitingForLocks(): Promise<number> {
  const { rows } = await sql<{ waiting: number }>`
    select count(*) as waiting from pg_locks where not granted`.execute(db);
  return rows[0]?.waiting ?? 0;
}

/** Counts what reaches the server. */
class StatementCounter implements KyselyPlugin {
  count = 0;
  readonly transformQuery: KyselyPlugin['transformQuery'] = ({ node }) => {
    this.count++;
    return node;
  };
  readonly transformResult: KyselyPlugin['transformResult'] = async ({ result }) => result;
}

describe('the number of statements', () => {
  it('does not grow with the partitions', async () => {
    await migrate(db);
    const counter = new StatementCounter();
    const store = createPostgresRunStore(db.withPlugin(counter));
    const statementsFor = async (number: number, partitions: number): Promise<number> => {
      const { runId } = await store.createRun(newRun(number));
      counter.count = 0;
      const snapshot = snapshotOf(numbered(partitions), `data ${number}`);
      const ids = await recordPlan(store, runId, snapshot);
      await store.recordTraining(
        runId,
        0,
        ids.map((id) => trainedOf(id)),
        attempt(),
      );
      expect((await store.trained(runId, ids)).size).toBe(partitions);
      return counter.count;
    };
    const few = await statementsFor(1, 2);
    expect(await statementsFor(2, 2000)).toBe(few);
    expect(few).toBeLessThan(60);
  });
});

describe('writers at once', () => {
  it('record eight batches that share models and parameters, each whole', async () => {
    await migrate(db);
    const store = createPostgresRunStore(db);
    const { runId } = await store.createRun(newRun(1));
    const ids = await recordPlan(store, runId, snapshotOf(numbered(160)));
    const batches = Array.from({ length: 8 }, (_, i) => ids.slice(i * 20, (i + 1) * 20));
    await Promise.all(
      batches.map((batch, number) => {
        // Twenty models, the same in every batch, met in another order by every writer.
        const trained = batch.map((id, i) => ({
          ...trainedOf(`${(i * 7 + number * 3) % 20}`, `pack ${number}`),
          partitionId: id,
        }));
        return store.recordTraining(runId, number, trained, attempt(1, `activity ${number}`));
      }),
    );
    expect((await store.trained(runId, ids)).size).toBe(160);
    const { rows } = await sql<{ models: number; digests: number; places: number }>`
      select count(*) as models, count(distinct digest) as digests,
        (select count(*) from object_location) as places from model`.execute(db);
    expect(rows).toEqual([{ models: 160, digests: 20, places: 160 }]);
  });

  it('that share objects wait for each other, never in a circle', async () => {
    await migrate(db);
    const [low, middle, high] = ['0', '7', 'f'].map(
      (digit): KnownObject => ({
        digest: `sha256:${digit.repeat(64)}` as KnownObject['digest'],
        kind: 'model',
        byteSize: 1,
      }),
    ) as [KnownObject, KnownObject, KnownObject];
    const blocker = await db.startTransaction().execute();
    await knowObjects(blocker, [middle]);
    // Each holds what it has inserted while it waits for the one in the middle.
    const writers = [
      [low, middle, high],
      [high, middle, low],
    ].map((objects) => db.transaction().execute((one) => knowObjects(one, objects)));
    await vi.waitUntil(async () => (await waitingForLocks()) === writers.length, {
      timeout: 30_000,
    });
    await blocker.rollback().execute();
    await expect(Promise.all(writers)).resolves.toHaveLength(2);
    expect(await db.selectFrom('object').select('digest').execute()).toHaveLength(3);
  });

  it('record the same batch once, and the others as duplicates', async () => {
    await migrate(db);
    const store = createPostgresRunStore(db);
    const { runId } = await store.createRun(newRun(1));
    const ids = await recordPlan(store, runId, snapshotOf(numbered(20)));
    const trained = ids.map((id) => trainedOf(id));
    await Promise.all(
      Array.from({ length: 8 }, () => store.recordTraining(runId, 0, trained, attempt())),
    );
    const attempts = await db
      .selectFrom('step_attempt')
      .innerJoin('step', 'step.id', 'step_attempt.step_id')
      .where('stage', '=', 'train')
      .select('outcome')
      .execute();
    expect(attempts.map(({ outcome }) => outcome).sort()).toEqual([
      ...Array.from({ length: 7 }, () => 'DUPLICATE'),
      'SUCCEEDED',
    ]);
    expect(await db.selectFrom('model').select('digest').execute()).toHaveLength(20);
  });

  it('make one run of one idempotency key', async () => {
    await migrate(db);
    const store = createPostgresRunStore(db);
    const runs = await Promise.all(
      Array.from({ length: 8 }, (_, i) => store.createRun(newRun(i, { idempotencyKey: 'one' }))),
    );
    expect(new Set(runs.map(({ runId }) => runId)).size).toBe(1);
    expect(await db.selectFrom('run').select('id').execute()).toHaveLength(1);
  });
});
