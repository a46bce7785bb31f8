import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrateDatabase } from '../../src/compose/migrate-database.ts';
import { readConfig } from '../../src/config.ts';
import { historyGuard } from '../../src/embedded/history-guard.ts';
import { queryServer } from '../../src/embedded/server-query.ts';
import { connectDatabase } from '../../src/stores/postgres/connect.ts';
import { openPostgresStores, type PostgresStores } from '../../src/stores/postgres/open-stores.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';
import {
  attempt,
  chosenOf,
  evaluatedOf,
  newRun,
  recordPlan,
  snapshotOf,
  totalsOf,
  trainedOf,
} from './made-up-run.ts';

/** The application's account on a database that another owns. */
let postgres: TestPostgres;
let owner: string;
let app: string;
let stores: PostgresStores;
let close: () => Promise<void>;
let runId: string;

beforeAll(async () => {
  postgres = await startTestPostgres();
  owner = (await postgres.createDatabase()).url;
  await queryServer(owner, `create role modest login password 'modest'`);
  const url = new URL(owner);
  [url.username, url.password] = ['modest', 'modest'];
  app = url.href;
  await migrateDatabase({ owner, app });
  ({ stores, close } = openPostgresStores(app));
});
afterAll(async () => {
  await close?.();
  await postgres?.stop();
});

const asApp = (statement: string) => queryServer(app, statement);

describe("the application's account", () => {
  it('records whole runs, and everything that people do to them', async () => {
    const { runs, registry, annotations, quarantine, retention, bookmarks, outbox, audit } = stores;
    ({ runId } = await runs.createRun(newRun(1)));
    await runs.setStatus(runId, 'RUNNING');
    const job = snapshotOf(['a']).digest;
    await bookmarks.begin(runId, job, { at: 1 });
    await bookmarks.begin(runId, job, { at: 2 });
    const ids = await recordPlan(runs, runId, snapshotOf(['a', 'b']));
    await runs.recordTraining(
      runId,
      0,
      ids.map((id) => trainedOf(id)),
      attempt(),
    );
    await runs.recordTraining(
      runId,
      0,
      ids.map((id) => trainedOf(id)),
      attempt(2),
    );
    await runs.recordEvaluation(runId, 0, ids.map(evaluatedOf), attempt());
    await runs.recordChoice(runId, ids.map(chosenOf), totalsOf(2), attempt());
    await runs.setStatus(runId, 'SUCCEEDED');
    await bookmarks.release(runId);
    const by = { actor: 'ada', role: 'admin', reason: 'because' } as const;
    await registry.promote({ ...by, runId, alias: 'champion' });
    await annotations.annotate({ kind: 'run', runId }, { kind: 'note', text: 'Well.' }, by);
    const rows = await quarantine.subject(snapshotOf(['a']).partitions[0]?.digest ?? '');
    await quarantine.quarantine(rows, by);
    const other = await runs.createRun(newRun(2));
    await runs.setStatus(other.runId, 'CANCELLED');
    await retention.remove(other.runId, by);
    expect(await outbox.tellNext(async () => ({ kind: 'told' }))).toBe(true);
    expect(await audit.verify()).toMatchObject({ findings: [], unvouched: 0 });
  });

  it('is refused every change of what happened, and every way around', async () => {
    const tables = await queryServer(
      owner,
      `select c.relname as name from pg_trigger t join pg_class c on c.oid = t.tgrelid
        where t.tgname = c.relname || '_is_append_only'`,
    );
    expect(tables.length).toBeGreaterThan(20);
    const [first] = await queryServer(owner, 'select min(seq) as seq from audit_event');
    expect(Number(first?.['seq'])).toBe(1);
    const ways = [
      ...tables
        .map(({ name }) => String(name))
        .flatMap((name) => [
          `delete from ${name}`,
          `truncate ${name} cascade`,
          `alter table ${name} disable trigger all`,
          `drop trigger ${name}_is_append_only on ${name}`,
          `drop table ${name} cascade`,
        ]),
      `update audit_event set actor = 'eve'`,
      `update metric set value = 1`,
      `update run set requested_by = 'eve'`,
      `update run set spec_digest = spec_digest`,
      `update audit_head set seq = 0`,
      `delete from audit_head`,
      `delete from run`,
      `delete from step`,
      `delete from outbox`,
      `insert into audit_head values (false, 0, '')`,
      `update experiment set name = 'other'`,
      `update experiment set id = 7`,
      `delete from kysely_migration`,
      `create or replace function refuse_change() returns trigger language plpgsql as 'begin return null; end'`,
      `create or replace function audit_payload(e audit_event) returns text language sql as 'select null::text'`,
      `create table mine (id integer)`,
      `set session_replication_role = replica`,
      `set role partita`,
      `alter role modest superuser`,
      `drop owned by partita`,
    ];
    const passed: string[] = [];
    for (const way of ways)
      await asApp(way).then(
        () => passed.push(way),
        () => undefined,
      );
    expect(passed).toEqual([]);
    expect(await stores.audit.verify()).toMatchObject({ findings: [], unvouched: 0 });
  });

  it.each([
    'revoke update (told_at) on outbox',
    'revoke delete on bookmark',
    'revoke insert on run',
    'revoke select on step',
  ])('gets back what it lost, though no migration is due: %s', async (loss) => {
    const held = () =>
      queryServer(
        owner,
        `select has_column_privilege('modest', 'outbox', 'told_at', 'update')
          and has_table_privilege('modest', 'bookmark', 'delete')
          and has_table_privilege('modest', 'run', 'insert')
          and has_table_privilege('modest', 'step', 'select') as all`,
      );
    await queryServer(owner, `${loss} from modest`);
    expect(await held()).toEqual([{ all: false }]);
    expect(await migrateDatabase({ owner, app })).toEqual({ applied: [] });
    expect(await held()).toEqual([{ all: true }]);
    // Nothing is granted where nothing is missing: a grant writes the table's row anew.
    const grants = `select sum(xmin::text::bigint)::text as written from pg_class where relkind = 'r'`;
    const before = await queryServer(owner, grants);
    expect(await migrateDatabase({ owner, app })).toEqual({ applied: [] });
    expect(await queryServer(owner, grants)).toEqual(before);
  });

  it('sees that the schema is the newest, and says who could bring it there where it is not', async () => {
    expect(await migrateDatabase({ owner: app, app })).toEqual({ applied: [] });
    const empty = new URL((await postgres.createDatabase()).url);
    [empty.username, empty.password] = ['modest', 'modest'];
    await expect(migrateDatabase({ owner: empty.href, app: empty.href })).rejects.toThrow(
      /"modest" may not bring the database .* DATABASE_OWNER_URL/,
    );
  });
});

describe('the doctor', () => {
  const guardOf = (url: string) => historyGuard(readConfig({ DATABASE_URL: url }));

  it('knows whether history is guarded from the account that is used', async () => {
    expect(await guardOf(app)).toEqual({ kind: 'guarded', account: 'modest' });
    expect(await guardOf(owner)).toMatchObject({ kind: 'open', account: 'partita', unguarded: [] });
    const nobody = new URL(app);
    nobody.password = 'wrong';
    expect((await guardOf(nobody.href)).kind).toBe('unknown');
  });

  it('tells a guard that somebody has switched off', async () => {
    const guard = 'trigger metric_is_append_only';
    const database = connectDatabase({ url: owner, application: 'test' });
    await sql.raw(`alter table metric disable ${guard}`).execute(database);
    expect(await guardOf(app)).toMatchObject({ kind: 'open', open: 0, unguarded: ['metric'] });
    await sql.raw(`alter table metric enable ${guard}`).execute(database);
    await database.destroy();
    expect((await guardOf(app)).kind).toBe('guarded');
  });
});
