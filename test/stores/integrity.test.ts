import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestBytes } from '../../src/frame/digest.ts';
import { checkIntegrity } from '../../src/operations/integrity.ts';
import type { CheckedInvariants } from '../../src/stores/integrity-store.ts';
import { createPostgresIntegrityStore } from '../../src/stores/postgres/integrity/postgres-integrity-store.ts';
import { createPostgresRegistryStore } from '../../src/stores/postgres/postgres-registry-store.ts';
import { createPostgresRetentionStore } from '../../src/stores/postgres/postgres-retention-store.ts';
import type { RunOrigin } from '../../src/stores/run-records.ts';
import { CORRUPTIONS } from './corruptions.ts';
import {
  attempt,
  chosenOf,
  conditionedOf,
  driftOf,
  evaluatedOf,
  FOLD_SELECTIONS,
  newRun,
  plannedOf,
  profileOf,
  snapshotOf,
  totalsOf,
  trainedOf,
} from './made-up-run.ts';
import { openRunStore, type TestRunStore } from './run-store-on-postgres.ts';
import { afterTouching } from './undone.ts';

let opened: TestRunStore;
/** One run that has fitted, with drift, on its second attempt; and a retry that took everything over. */
let fitted: string;
let repeated: string;

const SNAPSHOT = snapshotOf(['a', 'b', 'c']);
const IDS = SNAPSHOT.partitions.map(({ id }) => id);
const [FIRST = ''] = IDS;
const KEYS = new Map(IDS.map((id) => [id, digestBytes(`key of ${id}`)]));
const SELECTIONS = new Map(IDS.map((id) => [id, digestBytes(`key of the selection of ${id}`)]));
const KEYED = { trainingKeys: KEYS, selectionKeys: SELECTIONS };
const fittedOf = (id: string) => ({ ...trainedOf(id), foldSelections: FOLD_SELECTIONS });
const PLAN = { classes: ['active', 'idle'], folds: digestBytes('folds'), warnings: [] };

async function recordRun(number: number, origin: RunOrigin | null): Promise<string> {
  const { store } = opened;
  const { runId } = await store.createRun(newRun(number, { origin }));
  await store.setStatus(runId, 'RUNNING');
  const file = { digest: digestBytes('file'), byteSize: 1234 };
  const drift = origin === null ? SNAPSHOT.partitions.map((one) => driftOf(one)) : [];
  await store.recordSnapshot(runId, SNAPSHOT, file, attempt(), () => drift);
  await store.planBatches(runId, { stage: 'profile', batches: [IDS] });
  const profiles = SNAPSHOT.partitions.map(profileOf);
  await store.recordProfiles(runId, 0, profiles, digestBytes('folds 0'), attempt());
  const planned = conditionedOf(PLAN, SNAPSHOT.partitions.map(plannedOf));
  const takenOver =
    origin === null ? [] : IDS.map((partitionId) => ({ partitionId, from: origin.runId }));
  await store.recordCondition(runId, { ...planned, ...KEYED, takenOver }, attempt());
  if (origin === null) {
    await store.planBatches(runId, { stage: 'train', batches: [IDS] });
    const trained = IDS.map(fittedOf);
    await store.recordTraining(runId, 0, trained, attempt(2));
    await store.recordTraining(runId, 0, trained, attempt(3));
  }
  await store.planBatches(runId, { stage: 'evaluate', batches: [IDS] });
  await store.recordEvaluation(runId, 0, IDS.map(evaluatedOf), attempt());
  await store.recordChoice(runId, IDS.map(chosenOf), totalsOf(300), attempt());
  const [html, json] = [digestBytes('html'), digestBytes('json')];
  await store.recordReport(runId, { html, json, byteSizes: [4, 4] }, attempt());
  await store.setStatus(runId, 'SUCCEEDED');
  return runId;
}

beforeAll(async () => {
  opened = await openRunStore();
  fitted = await recordRun(1, null);
  repeated = await recordRun(2, { runId: fitted, mode: 'retry', again: { which: 'failed' } });
  await createPostgresRegistryStore(opened.db).promote({
    runId: fitted,
    alias: 'champion',
    actor: 'tester',
    role: 'editor',
    reason: null,
  });
});
afterAll(() => opened?.close());

function touched(change: string): Promise<CheckedInvariants> {
  return afterTouching(opened.db, change, (record) =>
    createPostgresIntegrityStore(record).checkInvariants(),
  );
}

describe('a record whose rows fit each other', () => {
  it('is sound', async () => {
    const { checked, broken } = await createPostgresIntegrityStore(opened.db).checkInvariants();
    expect(broken).toEqual([]);
    expect(new Set(checked).size).toBe(checked.length);
  });

  it('is sound while a run goes on, too, and where one has failed half-way or was cancelled', async () => {
    const { store } = opened;
    const runs = [];
    for (const number of [11, 12, 13]) {
      const { runId } = await store.createRun(newRun(number));
      await store.setStatus(runId, 'RUNNING');
      const file = { digest: digestBytes('file'), byteSize: 1234 };
      await store.recordSnapshot(runId, SNAPSHOT, file, attempt());
      const planned = conditionedOf(PLAN, SNAPSHOT.partitions.map(plannedOf));
      await store.recordCondition(runId, { ...planned, ...KEYED }, attempt());
      await store.planBatches(runId, { stage: 'train', batches: IDS.map((id) => [id]) });
      await store.recordTraining(runId, 0, [fittedOf(FIRST)], attempt());
      runs.push(runId);
    }
    await store.setStatus(runs[1] ?? '', 'FAILED', { message: 'No space.', kind: null });
    await store.setStatus(runs[2] ?? '', 'CANCELLED');
    const { broken } = await createPostgresIntegrityStore(opened.db).checkInvariants();
    expect(broken).toEqual([]);
  });
});

describe('a record that was changed', () => {
  it.each(CORRUPTIONS)('breaks %s, and nothing else', async (name, change, names) => {
    const { broken } = await touched(change(name === 'same-rows' ? repeated : fitted, FIRST));
    expect(broken.map((one) => one.name)).toEqual([name]);
    const [one] = broken;
    expect(one?.offenders[0]).toMatch(names);
    expect(one?.remedy).not.toBe('');
  });

  it('has each of its invariants in this list, but for the foreign keys', async () => {
    const { checked } = await createPostgresIntegrityStore(opened.db).checkInvariants();
    const { rows: keys } = await sql<{ readonly name: string }>`
      select conname as name from pg_constraint where contype = 'f'`.execute(opened.db);
    const foreign = new Set(keys.map((key) => key.name));
    const own = checked.filter((name) => !foreign.has(name));
    expect(own).toEqual([...new Set(CORRUPTIONS.map(([name]) => name))]);
    expect(checked.length - own.length).toBe(foreign.size);
  });

  it('breaks every foreign key that leads to rows that are gone', async () => {
    const { broken } = await touched(
      'delete from object; delete from run; delete from snapshot; delete from training',
    );
    const names = broken.map(({ name }) => name);
    // Of one column, and of several.
    for (const key of ['step_run_id_fkey', 'model_run_id_partition_id_fkey'])
      expect(names).toContain(key);
    expect(names.filter((name) => name.endsWith('_fkey')).length).toBeGreaterThan(20);
    const step = broken.find(({ name }) => name === 'step_run_id_fkey');
    expect(step?.offenders).toContain(fitted);
  });

  it('names five of many, and says how many there are', async () => {
    const { broken } =
      await touched(`insert into run_partition (run_id, partition_id, ordinal, text,
        digest, row_count, ranges, decision)
      select '${fitted}', 'made up ' || n, 100 + n, 'made up ' || n, '${digestBytes('file')}', 1,
        '[]', 'train' from generate_series(1, 2000) as n;
      insert into choice (run_id, partition_id, step_id, status, model_digest)
      select '${fitted}', 'made up ' || n, (select max(id) from step where stage = 'choose'),
        'trained', '${digestBytes('file')}' from generate_series(1, 2000) as n`);
    const answers = broken.find(({ name }) => name === 'known-answers');
    expect(answers?.count).toBe(2000);
    expect(answers?.offenders).toHaveLength(5);
  });
});

describe('the files that a record counts on', () => {
  it('are named where they are not there', async () => {
    const gone = digestBytes('pack of models');
    const checked = await checkIntegrity({
      integrity: createPostgresIntegrityStore(opened.db),
      retention: createPostgresRetentionStore(opened.db),
      objects: { place: (digest) => `/objects/${digest}`, has: async (digest) => digest !== gone },
    });
    expect(checked.broken).toMatchObject([{ name: 'stored-files', count: 1, offenders: [gone] }]);
  });
});
