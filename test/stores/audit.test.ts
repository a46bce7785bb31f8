import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportAudit, verifyAudit } from '../../src/operations/audit.ts';
import type { AuditStore } from '../../src/stores/audit-store.ts';
import { createPostgresAuditStore } from '../../src/stores/postgres/postgres-audit-store.ts';
import { makeFolder } from '../support/test-folder.ts';
import {
  attempt,
  chosenOf,
  driftOf,
  evaluatedOf,
  FOLD_SELECTIONS,
  plannedOf,
  recordPlan,
  snapshotOf,
  totalsOf,
  trainedOf,
} from './made-up-run.ts';
import { openRunStore, type TestRunStore } from './run-store-on-postgres.ts';
import { afterTouching, asOutermost } from './undone.ts';

let opened: TestRunStore;
let audit: AuditStore;
let runId: string;
let ids: readonly string[];
const exported = join(makeFolder(), 'trail.jsonl');

beforeAll(async () => {
  opened = await openRunStore();
  audit = createPostgresAuditStore(opened.db);
  const { store } = opened;
  runId = await opened.startRun();
  const snapshot = snapshotOf(['a', 'b', 'c']);
  const drift = snapshot.partitions.map((one) => driftOf(one, 'drifted'));
  ids = await recordPlan(store, runId, snapshot, plannedOf, drift);
  await store.recordTraining(
    runId,
    0,
    ids.map((id) => ({ ...trainedOf(id), foldSelections: FOLD_SELECTIONS })),
    attempt(),
  );
  await store.recordEvaluation(runId, 0, ids.map(evaluatedOf), attempt());
  await store.recordChoice(runId, ids.map(chosenOf), totalsOf(3), attempt());
  await store.setStatus(runId, 'SUCCEEDED');
});
afterAll(() => opened?.close());

/** What is found after a change that a superuser can make. */
function touched(change: string, checkpoint?: string) {
  return afterTouching(opened.db, change, async (record) => {
    const { findings } = await verifyAudit(createPostgresAuditStore(record), checkpoint);
    return findings;
  });
}

describe('a record that nobody touched', () => {
  it('is found to be as it was written, with an event for every change', async () => {
    const verdict = await audit.verify();
    expect(verdict).toMatchObject({ findings: [], unvouched: 0 });
    expect(verdict.rows).toBeGreaterThan(20);
    const events = await audit.list({ limit: 100 });
    expect(events.map(({ action }) => action).reverse()).toEqual([
      'run.created',
      'run.status',
      ...['snapshot', 'profile', 'condition', 'train', 'evaluate', 'choose'].map(
        () => 'step.recorded',
      ),
      'run.status',
    ]);
    expect(events.at(-1)).toMatchObject({ actor: 'tester', target: { run: runId } });
    expect(events[0]).toMatchObject({
      before: { status: 'RUNNING' },
      after: { status: 'SUCCEEDED' },
      role: 'system',
    });
  });

  it('has no gap, whoever writes at once, and none where a transaction was undone', async () => {
    const append = (actor: string) =>
      audit.append({ actor, role: 'admin', action: 'test', target: {} });
    const undone = opened.db.transaction().execute(async (transaction) => {
      await createPostgresAuditStore(asOutermost(transaction)).append({
        actor: 'nobody',
        role: 'admin',
        action: 'test',
        target: {},
      });
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        for (let i = 0; i < 10; i++) await append(`writer ${writer}`);
      }),
    );
    expect((await audit.verify()).findings).toEqual([]);
  });
});

describe('a record that was touched behind our back', () => {
  beforeAll(() => exportAudit(audit, exported));

  it.each([
    [
      'a score',
      'metric',
      `update metric set value = value + 0.1 where scope = 'own' and split = 'cv'
      and partition_id = (select min(partition_id) from metric)`,
    ],
    [
      'a model',
      'model',
      `update model set trained_rows = trained_rows + 1
      where partition_id = (select min(partition_id) from model)`,
    ],
    [
      'what was selected',
      'fold_selection',
      `update fold_selection set document = '{}'
      where partition_id = (select min(partition_id) from fold_selection)`,
    ],
    [
      'a verdict',
      'choice',
      `update choice set verdict = 'global'
      where partition_id = (select min(partition_id) from choice)`,
    ],
    [
      "a partition's rows",
      'snapshot_partition',
      `update snapshot_partition set row_count = 7
      where partition_id = (select min(partition_id) from snapshot_partition)`,
    ],
    [
      'what was found of drift',
      'drift',
      `update drift set status = 'steady'
      where partition_id = (select min(partition_id) from drift)`,
    ],
    [
      'how much worse a model got',
      'drift_score',
      `update drift_score set found = '{}'
      where partition_id = (select min(partition_id) from drift_score)`,
    ],
  ])('tells which row of which table: %s', async (_what, table, change) => {
    const [finding, ...more] = await touched(change);
    expect(more).toEqual([]);
    const row = [...ids].sort()[0] as string;
    expect(finding).toMatchObject({ kind: 'row', table, row: expect.stringContaining(row) });
  });

  it('tells rows that are gone, and rows that nobody recorded', async () => {
    const gone = await touched(`delete from candidate where number = 1`);
    expect(gone).toMatchObject([
      { table: 'candidate', message: expect.stringMatching(/^3 rows were taken/) },
    ]);
    const added = await touched(`insert into candidate
      select run_id, partition_id, 9, algorithm, parameters_digest, seed, status, because, 0.99,
        fold_scores, fit_ms, is_best from candidate where number = 0 limit 1`);
    expect(added.map(({ row }) => row)).toEqual([expect.stringMatching(/\/9$/), undefined]);
  });

  it('tells a run and a spec that were changed', async () => {
    expect(await touched(`update run set status = 'FAILED'`)).toMatchObject([
      { kind: 'run', row: runId },
    ]);
    expect(await touched(`update run set requested_by = 'eve'`)).toMatchObject([
      { kind: 'run', row: runId },
    ]);
    const spec = await touched(`update spec set document = '{}'`);
    expect(spec).toMatchObject([{ kind: 'document', table: 'spec' }]);
  });

  it('tells events that were changed, taken out or cut off', async () => {
    const changed = await touched(`update audit_event set actor = 'eve' where seq = 3`);
    expect(changed).toMatchObject([{ kind: 'event', seq: 3 }]);
    const gone = await touched(`delete from audit_event where seq = 3`);
    expect(gone[0]).toMatchObject({
      kind: 'gap',
      message: 'Events 3 to 3 are missing before event 4.',
    });
    const cut = await touched(`delete from audit_event where seq > 10`);
    expect(cut).toMatchObject([{ kind: 'tail', seq: 10 }]);
  });

  it('tells, by a checkpoint outside, a chain that was written anew', async () => {
    const anew = `
      delete from audit_event where seq > 10;
      update audit_head set seq = 10, hash = (select hash from audit_event where seq = 10)`;
    expect(await touched(anew)).toEqual([]);
    expect(await touched(anew, exported)).toMatchObject([{ kind: 'checkpoint', seq: 10 }]);
    expect((await verifyAudit(audit, exported)).findings).toEqual([]);
    const lines = readFileSync(exported, 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(1 + (await audit.head()).seq);
    const forged = `${exported}.forged`;
    writeFileSync(forged, lines.join('\n').replace('writer 1', 'eve'));
    expect((await verifyAudit(audit, forged)).findings).toMatchObject([{ kind: 'checkpoint' }]);
  });
});
