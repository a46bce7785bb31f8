import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestBytes } from '../../src/frame/digest.ts';
import { GLOBAL_PARTITION, type TrainedPartition } from '../../src/stores/run-records.ts';
import type { RunStore } from '../../src/stores/run-store.ts';
import {
  attempt,
  chosenOf,
  conditionedOf,
  directForecast,
  evaluatedOf,
  FOLD_SELECTIONS,
  numbered,
  plannedOf,
  profileOf,
  recordPlan,
  snapshotOf,
  totalsOf,
  trainedOf,
} from '../stores/made-up-run.ts';
import {
  allPartitions,
  kindOf,
  openRunStore,
  type TestRunStore,
} from '../stores/run-store-on-postgres.ts';

let opened: TestRunStore;
let store: RunStore;
let db: TestRunStore['db'];
let startRun: TestRunStore['startRun'];

beforeAll(async () => {
  opened = await openRunStore();
  ({ db, store, startRun } = opened);
});
afterAll(async () => {
  await opened?.close();
});

/** Every row of every table that a run can change, but for the attempts at its steps. */
async function fingerprint(): Promise<string> {
  const tables = ['run', 'batch', 'profile', 'run_partition', 'training', 'candidate', 'model'];
  const more = ['selection', 'fold_selection', 'evaluation', 'metric', 'choice', 'step_io'];
  const rows = await Promise.all(
    [...tables, ...more, 'object', 'run_totals', 'run_report', 'run_snapshot'].map((table) =>
      sql`select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) from ${sql.table(table)} t`.execute(
        db,
      ),
    ),
  );
  return JSON.stringify(rows.map((answer) => answer.rows));
}

async function outcomes(runId: string, stage: 'train'): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('step_attempt')
    .innerJoin('step', 'step.id', 'step_attempt.step_id')
    .select('step_attempt.outcome')
    .where('step.run_id', '=', runId)
    .where('step.stage', '=', stage)
    .orderBy('step_attempt.id')
    .execute();
  return rows.map(({ outcome }) => outcome);
}

describe('training, evaluation and choice', () => {
  it('come back as they were recorded, with failures and their reasons', async () => {
    const runId = await startRun();
    const [a, b, c] = (await recordPlan(store, runId, snapshotOf(['a', 'b', 'c']))) as string[];
    const trained = trainedOf(a as string);
    const failed = {
      partitionId: b as string,
      startedAt: '2026-11-23T20:00:01.500Z',
      ms: 12.5,
      log: 'a line\u0000',
      kind: 'failed',
      reason: 'timeout',
      message: 'It ran over 600 seconds.',
      stack: 'at work',
    } as const;
    await store.recordTraining(runId, 0, [trained, failed], attempt());
    const evaluated = evaluatedOf(a as string);
    await store.recordEvaluation(runId, 0, [evaluated], attempt());
    const chosen = [chosenOf(a as string)];
    await store.recordChoice(runId, chosen, totalsOf(3), attempt());

    const back = await store.trained(runId, [a, b, c] as string[]);
    expect(back.get(a as string)).toEqual(trained);
    expect(back.get(b as string)).toEqual({ ...failed, log: 'a line\uFFFD' });
    expect(back.size).toBe(2);
    const records = await allPartitions(store, runId);
    expect(records[0]).toMatchObject({ trained, evaluated: evaluated.facts, chosen: chosen[0] });
    expect(records[2]).toMatchObject({ trained: null, evaluated: null, chosen: null });
    expect(await store.totals(runId)).toEqual({ global: null, totals: totalsOf(3) });
  });

  it('keep the model without partition apart from the partitions', async () => {
    const runId = await startRun();
    const ids = await recordPlan(store, runId, snapshotOf(['a', 'b']));
    expect(await store.globalTraining(runId)).toBeNull();
    const global = trainedOf(GLOBAL_PARTITION);
    await store.recordGlobalTraining(runId, global, attempt());
    await store.recordGlobalTraining(runId, global, attempt(2));
    await store.recordEvaluation(runId, 0, [evaluatedOf(GLOBAL_PARTITION)], attempt());
    expect(await store.globalTraining(runId)).toEqual(global);
    expect((await allPartitions(store, runId)).map(({ partitionId: id }) => id)).toEqual(ids);
    expect((await store.totals(runId)).global).toEqual(evaluatedOf(GLOBAL_PARTITION).facts);
  });

  it('stream every partition in text order, over many pages', async () => {
    const runId = await startRun();
    const ids = await recordPlan(store, runId, snapshotOf(numbered(401)));
    const records = await allPartitions(store, runId);
    expect(records.map(({ partitionId: id }) => id)).toEqual(ids);
    expect(records.every(({ profile }) => profile !== null)).toBe(true);
  });

  it('find one partition by its text or its bare value', async () => {
    const runId = await startRun();
    await recordPlan(store, runId, snapshotOf(['wheel loader', 'car', null]));
    const keyOf = async (name: string) => (await store.partition(runId, name)).key['asset_type'];
    expect(await keyOf('asset_type=car')).toBe('car');
    expect(await keyOf('wheel loader')).toBe('wheel loader');
    expect(await keyOf('asset_type=\\N')).toBeNull();
    expect(await keyOf('(null)')).toBeNull();
    await expect(store.partition(runId, 'wheel laoder')).rejects.toThrow(
      /no partition "wheel laoder"\. Did you mean `wheel loader`/,
    );
  });

  it('tell the time of each stage once, never below zero', async () => {
    const runId = await startRun();
    const ids = await recordPlan(store, runId, snapshotOf(['a']));
    const future = { ...attempt(), startedAt: '2999-01-01T00:00:00.000Z' };
    await store.recordTraining(runId, 0, [trainedOf(ids[0] as string)], future);
    const timings = await store.timings(runId);
    expect(Object.keys(timings)).toEqual(['total', 'snapshot', 'profile', 'condition', 'train']);
    expect(timings['train']).toBe(0);
    expect(Object.values(timings).every((ms) => Number(ms) >= 0)).toBe(true);
  });

  it('end a run, and tell its time, where the clock of the server was set back since it began', async () => {
    const runId = await startRun();
    const began = '2999-01-01T00:00:00.000Z';
    await opened.db.updateTable('run').set({ started_at: began }).where('id', '=', runId).execute();
    expect((await store.timings(runId)).total).toBe(0);
    await store.setStatus(runId, 'SUCCEEDED');
    const { startedAt, endedAt } = await store.run(runId);
    expect([startedAt, endedAt]).toEqual([began, began]);
    expect((await store.timings(runId)).total).toBe(0);
  });

  it('tell how long candidates took, with what that depends on, the newest first', async () => {
    const runId = await startRun();
    const ids = await recordPlan(store, runId, snapshotOf(['a']));
    await store.recordTraining(runId, 0, [trainedOf(ids[0] as string)], attempt());
    const { rows } = await store.partition(runId, 'a');
    const common = { parameters: { trees: 100 }, features: 1, folds: 3, models: 1, fitMs: 30 };
    const [first, second, ...more] = await store.fitTimes(2);
    expect(more).toEqual([]);
    expect(first).toMatchObject({ ...common, algorithm: 'logistic', rows });
    expect(second).toMatchObject({ ...common, algorithm: 'random_forest', rows });
    const { ms } = (await store.trained(runId, ids)).get(ids[0] as string) as TrainedPartition;
    expect([first, second].map((time) => time?.trainMs)).toEqual([ms, ms]);
    expect(first?.training).toBe(second?.training);
  });

  it('tell that fits of a direct forecast made a model for each row ahead', async () => {
    const runId = await startRun(directForecast(14));
    const ids = await recordPlan(store, runId, snapshotOf(['a']));
    await store.recordTraining(runId, 0, [trainedOf(ids[0] as string)], attempt());
    expect((await store.fitTimes(1)).map(({ models }) => models)).toEqual([14]);
  });
});

describe('a write that comes twice', () => {
  it('changes nothing the second time, in any stage, and is recorded as a duplicate', async () => {
    const runId = await startRun();
    const snapshot = snapshotOf(['a', 'b']);
    const writeAll = async (number: number): Promise<void> => {
      const by = attempt(number);
      const file = { digest: digestBytes(`file of ${snapshot.digest}`), byteSize: 1234 };
      await store.recordSnapshot(runId, snapshot, file, by);
      const ids = snapshot.partitions.map(({ id }) => id);
      await store.planBatches(runId, { stage: 'profile', batches: [ids] });
      const profiles = snapshot.partitions.map(profileOf);
      await store.recordProfiles(runId, 0, profiles, digestBytes('folds 0'), by);
      const plan = { classes: ['x'], folds: digestBytes('folds'), warnings: [] };
      await store.recordCondition(
        runId,
        conditionedOf(plan, snapshot.partitions.map(plannedOf)),
        by,
      );
      await store.planBatches(runId, { stage: 'train', batches: [ids] });
      const selected = { ms: number, foldSelections: FOLD_SELECTIONS };
      const trained = ids.map((id) => ({ ...trainedOf(id), ...selected }));
      await store.recordTraining(runId, 0, trained, by);
      await store.recordEvaluation(runId, 0, ids.map(evaluatedOf), by);
      await store.recordChoice(runId, ids.map(chosenOf), totalsOf(2), by);
      const report = { html: digestBytes(`html ${number}`), json: digestBytes('json') };
      await store.recordReport(runId, { ...report, byteSizes: [5, 4] }, by);
    };
    await writeAll(1);
    const before = await fingerprint();
    await writeAll(2);
    await writeAll(2);
    expect(await fingerprint()).toBe(before);
    expect((await store.run(runId)).report?.html).toBe(digestBytes('html 1'));
    expect(await outcomes(runId, 'train')).toEqual(['SUCCEEDED', 'DUPLICATE', 'DUPLICATE']);
  });

  it('is refused when its attempt is older than the newest', async () => {
    const runId = await startRun();
    const ids = await recordPlan(store, runId, snapshotOf(['a']));
    const trained = [trainedOf(ids[0] as string)];
    await store.recordTraining(runId, 0, trained, attempt(2));
    expect(await kindOf(store.recordTraining(runId, 0, trained, attempt(1)))).toBe('conflict');
    expect(await outcomes(runId, 'train')).toEqual(['LOST', 'SUCCEEDED']);
    await store.recordTraining(
      runId,
      0,
      trained,
      attempt(1, 'an activity of a restarted workflow'),
    );
    expect(await outcomes(runId, 'train')).toEqual(['LOST', 'SUCCEEDED', 'DUPLICATE']);
  });

  it('keeps the first result and raises the alarm when the second differs', async () => {
    const runId = await startRun();
    const [a] = (await recordPlan(store, runId, snapshotOf(['a']))) as [string];
    await store.recordTraining(runId, 0, [trainedOf(a)], attempt());
    const other = store.recordTraining(runId, 0, [trainedOf(a, 'pack', ' with dice')], attempt(2));
    expect(await kindOf(other)).toBe('not-reproducible');
    expect((await store.trained(runId, [a])).get(a)).toEqual(trainedOf(a));
    const { not_reproducible: alarm } = await db
      .selectFrom('run')
      .select('not_reproducible')
      .where('id', '=', runId)
      .executeTakeFirstOrThrow();
    expect(alarm).toMatch(/train \(own, batch 0\).* gave another result on attempt 2/);
    expect(await outcomes(runId, 'train')).toEqual(['SUCCEEDED', 'FAILED']);
  });

  it('raises no alarm when one of the attempts ran over a limit', async () => {
    const runId = await startRun();
    const [a] = (await recordPlan(store, runId, snapshotOf(['a']))) as [string];
    const { facts: _, model: __, predictions: ___, ...common } = trainedOf(a);
    const failed = { ...common, kind: 'failed', reason: 'timeout', message: 'Too slow.' } as const;
    await store.recordTraining(runId, 0, [failed], attempt());
    await store.recordTraining(runId, 0, [trainedOf(a)], attempt(2));
    expect((await store.trained(runId, [a])).get(a)).toEqual(failed);
    expect(await outcomes(runId, 'train')).toEqual(['SUCCEEDED', 'DUPLICATE']);
  });

  it('raises no alarm when a profile ran over a limit in one of them', async () => {
    const runId = await startRun();
    const snapshot = snapshotOf(['a']);
    const file = { digest: digestBytes('file'), byteSize: 1 };
    await store.recordSnapshot(runId, snapshot, file, attempt());
    const { partitionId, facts } = snapshot.partitions.map(profileOf)[0] as ReturnType<
      typeof profileOf
    >;
    const split = { ...facts.split, excluded: { out_of_memory: 1000 } };
    const cut = { partitionId, facts: { ...facts, columns: [], split } };
    const folds = digestBytes('folds 0');
    await store.recordProfiles(runId, 0, [cut], digestBytes('no folds'), attempt());
    await store.recordProfiles(runId, 0, [{ partitionId, facts }], folds, attempt(2));
    expect((await store.profiles(runId))[0]?.facts).toEqual(cut.facts);
    const other = { partitionId, facts: { ...facts, rows: 7 } };
    await store.recordProfiles(runId, 1, [{ partitionId, facts }], folds, attempt());
    expect(await kindOf(store.recordProfiles(runId, 1, [other], folds, attempt(2)))).toBe(
      'not-reproducible',
    );
  });

  it('names a source that changed between two attempts at reading it', async () => {
    const runId = await startRun();
    const file = { digest: digestBytes('file'), byteSize: 1 };
    await store.recordSnapshot(runId, snapshotOf(['a'], 'before'), file, attempt());
    await expect(
      store.recordSnapshot(runId, snapshotOf(['a'], 'after'), file, attempt(2)),
    ).rejects.toThrow(/source of run .* changed between two attempts/);
  });
});

describe('a write that fails in the middle', () => {
  it('leaves nothing behind, and the next attempt writes it all', async () => {
    const runId = await startRun();
    const [a, b] = (await recordPlan(store, runId, snapshotOf(['a', 'b']))) as [string, string];
    const before = await fingerprint();
    const good = [trainedOf(a), trainedOf(b)];
    const bad = [
      trainedOf(a),
      { ...trainedOf(b), predictions: { ...trainedOf(b).predictions, offset: -1 } },
    ];
    await expect(store.recordTraining(runId, 0, bad, attempt())).rejects.toThrow(
      /violates check constraint/,
    );
    expect(await fingerprint()).toBe(before);
    expect(await outcomes(runId, 'train')).toEqual([]);
    await store.recordTraining(runId, 0, good, attempt(2));
    expect((await store.trained(runId, [a, b])).size).toBe(2);
  });

  it('refuses scores that are no number before they reach a row', async () => {
    const runId = await startRun();
    const [a] = (await recordPlan(store, runId, snapshotOf(['a']))) as [string];
    const { facts } = evaluatedOf(a);
    const broken = { ...facts, own: { ...facts.own, cv: { value: Number.NaN } } } as typeof facts;
    await expect(
      store.recordEvaluation(runId, 0, [{ partitionId: a, facts: broken }], attempt()),
    ).rejects.toThrow();
    const insert = sql`insert into evaluation (run_id, partition_id, step_id, facts, difference)
      select run_id, ${a}, id, '{}', 'NaN' from step where run_id = ${runId} limit 1`;
    await expect(insert.execute(db)).rejects.toThrow(/violates check constraint/);
    expect((await allPartitions(store, runId))[0]?.evaluated).toBeNull();
  });
});
