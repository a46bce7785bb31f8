import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../migrations/migrate.ts';
import { Failure } from '../../src/domain/failure.ts';
import { digestBytes, partitionId } from '../../src/frame/digest.ts';
import { connectDatabase } from '../../src/stores/postgres/connect.ts';
import { createPostgresRunStore } from '../../src/stores/postgres/postgres-run-store.ts';
import { GLOBAL_PARTITION, type PartitionRecord } from '../../src/stores/run-store.ts';
import {
  attempt,
  chosenOf,
  evaluatedOf,
  newRun,
  numbered,
  plannedOf,
  profileOf,
  recordPlan,
  snapshotOf,
  trainedOf,
} from '../stores/made-up-run.ts';
import { startTestPostgres, type TestPostgres } from '../support/postgres.ts';

let postgres: TestPostgres;
let db: ReturnType<typeof connectDatabase>;
let store: ReturnType<typeof createPostgresRunStore>;
let runNumber = 0;

beforeAll(async () => {
  postgres = await startTestPostgres();
  db = connectDatabase({ url: (await postgres.createDatabase()).url, application: 'test' });
  await migrate(db);
  store = createPostgresRunStore(db);
});
afterAll(async () => {
  await db?.destroy();
  await postgres?.stop();
});
beforeEach(() => {
  runNumber++;
});

async function startRun(): Promise<string> {
  const { runId } = await store.createRun(newRun(runNumber));
  await store.setStatus(runId, 'RUNNING');
  return runId;
}

async function collect(runId: string): Promise<readonly PartitionRecord[]> {
  const records: PartitionRecord[] = [];
  for await (const record of store.partitions(runId)) records.push(record);
  return records;
}

async function kindOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof Failure)) throw new Error(`No failure, but ${String(error)}.`);
  return error.kind;
}

/** Every row of every table that a run can change, but for the attempts at its steps. */
async function fingerprint(): Promise<string> {
  const tables = ['run', 'batch', 'profile', 'run_partition', 'training', 'candidate', 'model'];
  const more = ['selection', 'evaluation', 'metric', 'choice', 'step_io', 'object', 'run_totals'];
  const rows = await Promise.all(
    [...tables, ...more, 'run_report', 'run_snapshot'].map((table) =>
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

describe('a run', () => {
  it('comes back as it was recorded', async () => {
    const wanted = newRun(runNumber);
    const run = await store.createRun(wanted);
    const { runId, spec, specDigest, workflowId, baseFolder, requestedBy } = wanted;
    expect(run).toEqual({
      runId,
      experiment: 'asset-status',
      status: 'PENDING',
      spec,
      specDigest,
      workflowId,
      baseFolder,
      requestedBy,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      startedAt: null,
      endedAt: null,
      error: null,
      snapshot: null,
      plan: null,
      report: null,
    });
    expect(await store.run(runId)).toEqual(run);
  });

  it('is the one that exists when its idempotency key comes again, and another spec is refused', async () => {
    const first = await store.createRun(newRun(runNumber, { idempotencyKey: 'nightly' }));
    const again = await store.createRun(newRun(900, { idempotencyKey: 'nightly' }));
    expect(again).toEqual(first);
    const other = newRun(901, { idempotencyKey: 'nightly', specDigest: digestBytes('other') });
    expect(await kindOf(store.createRun(other))).toBe('conflict');
    expect(await kindOf(store.run(other.runId))).toBe('not-found');
  });

  it('is found by the beginning of its id, and by nothing that is ambiguous or unknown', async () => {
    const runId = 'abcdef01-0000-7000-8000-000000000001';
    await store.createRun(newRun(902, { runId }));
    await store.createRun(newRun(903, { runId: runId.replace('abcdef01', 'abcdef02') }));
    expect((await store.run('abcdef01')).runId).toBe(runId);
    expect((await store.run('ABCDEF01-00')).runId).toBe(runId);
    await expect(store.run('abcdef')).rejects.toThrow(/beginning of several runs/);
    await expect(store.run('abcdef01-0000-7000-8000-000000000002')).rejects.toThrow(
      /Did you mean `abcdef01-0000-7000-8000-000000000001`/,
    );
    for (const nonsense of ['', 'ab-cd', "'; drop table run", '\u0000', 'a'.repeat(99)]) {
      expect(await kindOf(store.run(nonsense))).toBe('not-found');
    }
  });

  it('moves only forward, and a move made before changes nothing', async () => {
    const runId = await startRun();
    await store.setStatus(runId, 'RUNNING');
    await store.setStatus(runId, 'FAILED', 'The source is gone.\u0000');
    const failed = await store.run(runId);
    expect(failed).toMatchObject({ status: 'FAILED', error: 'The source is gone.\uFFFD' });
    expect(Date.parse(failed.endedAt ?? '')).toBeGreaterThanOrEqual(
      Date.parse(failed.startedAt ?? ''),
    );
    await store.setStatus(runId, 'FAILED', 'Another sentence.');
    expect(await store.run(runId)).toEqual(failed);
    expect(await kindOf(store.setStatus(runId, 'SUCCEEDED'))).toBe('conflict');
    expect(await kindOf(store.setStatus(runId, 'RUNNING'))).toBe('conflict');
  });

  it('is listed newest first, by experiment and from a run on', async () => {
    const named = (number: number) =>
      newRun(number, { spec: { ...newRun(0).spec, name: 'listed' } });
    for (const number of [911, 912, 913]) await store.createRun(named(number));
    const ids = async (options: { readonly limit: number; readonly before?: string }) =>
      (await store.listRuns({ ...options, experiment: 'listed' })).map(({ runId }) =>
        Number(runId.slice(-3)),
      );
    expect(await ids({ limit: 10 })).toEqual([913, 912, 911]);
    expect(await ids({ limit: 1, before: newRun(913).runId })).toEqual([912]);
    expect(await store.listRuns({ limit: 10, experiment: 'never run' })).toEqual([]);
  });
});

describe('the data and plan of a run', () => {
  it('come back as they were recorded, null key, hostile text and U+0000 included', async () => {
    const runId = await startRun();
    const snapshot = snapshotOf(['a/b=c%', null, 'käse "quoted" \\', 'nul\u0000', '😀', '\uFFFD']);
    const ids = await recordPlan(store, runId, snapshot);
    const run = await store.run(runId);
    expect(run.snapshot).toEqual({
      digest: snapshot.digest,
      parquet: digestBytes(`file of ${snapshot.digest}`),
      columns: snapshot.columns,
      rowCount: 600,
      partitionCount: 6,
      excluded: { key_too_long: 2 },
      cutoffs: [1_700_000_000_000_000],
      warnings: ['One column was empty.'],
    });
    expect(run.plan).toEqual({
      classes: ['active', 'idle'],
      folds: digestBytes('folds'),
      warnings: ['A column leaks.'],
    });
    expect(await store.snapshotBatch(runId, 0)).toEqual(snapshot.partitions);
    expect(await store.plannedBatch(runId, 'train', 0)).toEqual(snapshot.partitions.map(plannedOf));
    expect(await store.profiles(runId)).toEqual(
      snapshot.partitions.map((partition) => ({
        ...partition,
        facts: profileOf(partition).facts,
      })),
    );
    expect(await store.foldSegments(runId)).toEqual([digestBytes('folds 0')]);
    const records = await collect(runId);
    expect(records.map(({ partitionId: id }) => id)).toEqual(ids);
    expect(records.map(({ digest }) => digest)).toEqual(
      snapshot.partitions.map(({ digest }) => digest),
    );
  });

  it('keep the order of a batch, which is not that of the partitions', async () => {
    const runId = await startRun();
    const snapshot = snapshotOf(['a', 'b', 'c']);
    await recordPlan(store, runId, snapshot);
    const [a, b, c] = snapshot.partitions.map(({ id }) => id) as [string, string, string];
    await store.planBatches(runId, { stage: 'evaluate', batches: [[c, a], [b]] });
    const batch = await store.plannedBatch(runId, 'evaluate', 0);
    expect(batch.map(({ partitionId: id }) => id)).toEqual([c, a]);
    expect(await kindOf(store.plannedBatch(runId, 'evaluate', 2))).toBe('not-found');
  });

  it('refuse a second plan that differs, and partitions that are unknown or planned twice', async () => {
    const runId = await startRun();
    const ids = await recordPlan(store, runId, snapshotOf(['a', 'b']));
    await store.planBatches(runId, { stage: 'train', batches: [ids] });
    const other = { stage: 'train', batches: ids.map((id) => [id]) } as const;
    expect(await kindOf(store.planBatches(runId, other))).toBe('conflict');
    const twice = [[ids[0] as string], [ids[0] as string]];
    await expect(store.planBatches(runId, { stage: 'evaluate', batches: twice })).rejects.toThrow(
      /names 2 partitions, 1 of them once and known/,
    );
    await expect(
      store.planBatches(runId, { stage: 'evaluate', batches: [['nobody']] }),
    ).rejects.toThrow(/names 1 partitions, 0/);
  });

  it('know unions by the digests of their members', async () => {
    const runId = await startRun();
    const snapshot = snapshotOf(['a', 'b', 'c']);
    await store.recordSnapshot(
      runId,
      snapshot,
      { digest: digestBytes('f'), byteSize: 1 },
      attempt(),
    );
    const union = {
      partitionId: partitionId('union of a and b'),
      text: 'asset_type=(merged)',
      key: { asset_type: '(merged)' },
      rows: 200,
      decision: { kind: 'train' },
      ranges: [
        { start: 0, count: 100 },
        { start: 100, count: 100 },
      ],
    } as const;
    const merged = { kind: 'merge', reason: 'too_small', into: union.partitionId } as const;
    const planned = snapshot.partitions
      .map(plannedOf)
      .map((one) => (one.key['asset_type'] === 'c' ? one : { ...one, decision: merged }));
    await store.recordCondition(
      runId,
      { classes: [], folds: digestBytes('folds'), warnings: [] },
      [...planned, union],
      attempt(),
    );
    const records = await collect(runId);
    expect(records.map(({ text, decision }) => [text, decision])).toEqual([
      ['asset_type=(merged)', { kind: 'train' }],
      ['asset_type=a', merged],
      ['asset_type=b', merged],
      ['asset_type=c', { kind: 'train' }],
    ]);
    expect(records[0]).toMatchObject({ ranges: union.ranges, profile: null });
    expect(new Set(records.map(({ digest }) => digest)).size).toBe(4);
  });

  it('share one snapshot between runs that read equal data', async () => {
    const snapshot = snapshotOf(['shared'], `data of ${runNumber}`);
    const first = await startRun();
    await recordPlan(store, first, snapshot);
    const { runId: second } = await store.createRun(newRun(runNumber + 500));
    await recordPlan(store, second, { ...snapshot, warnings: ['Read from elsewhere.'] });
    const stored = await db
      .selectFrom('snapshot')
      .select('id')
      .where('digest', '=', snapshot.digest)
      .execute();
    expect(stored).toHaveLength(1);
    expect((await store.run(first)).snapshot?.warnings).toEqual(['One column was empty.']);
    expect((await store.run(second)).snapshot?.warnings).toEqual(['Read from elsewhere.']);
  });
});

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
    await store.recordChoice(runId, chosen, { own: null, rows: 3 }, attempt());

    const back = await store.trained(runId, [a, b, c] as string[]);
    expect(back.get(a as string)).toEqual(trained);
    expect(back.get(b as string)).toEqual({ ...failed, log: 'a line\uFFFD' });
    expect(back.size).toBe(2);
    const records = await collect(runId);
    expect(records[0]).toMatchObject({ trained, evaluated: evaluated.facts, chosen: chosen[0] });
    expect(records[2]).toMatchObject({ trained: null, evaluated: null, chosen: null });
    expect(await store.totals(runId)).toEqual({ global: null, totals: { own: null, rows: 3 } });
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
    expect((await collect(runId)).map(({ partitionId: id }) => id)).toEqual(ids);
    expect((await store.totals(runId)).global).toEqual(evaluatedOf(GLOBAL_PARTITION).facts);
  });

  it('stream every partition in text order, over many pages', async () => {
    const runId = await startRun();
    const ids = await recordPlan(store, runId, snapshotOf(numbered(401)));
    const records = await collect(runId);
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
      await store.recordCondition(runId, plan, snapshot.partitions.map(plannedOf), by);
      await store.planBatches(runId, { stage: 'train', batches: [ids] });
      const trained = ids.map((id) => ({ ...trainedOf(id), ms: number }));
      await store.recordTraining(runId, 0, trained, by);
      await store.recordEvaluation(runId, 0, ids.map(evaluatedOf), by);
      await store.recordChoice(runId, ids.map(chosenOf), { rows: 2 }, by);
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
    expect(await outcomes(runId, 'train')).toEqual(['SUCCEEDED', 'LOST']);
    await store.recordTraining(
      runId,
      0,
      trained,
      attempt(1, 'an activity of a restarted workflow'),
    );
    expect(await outcomes(runId, 'train')).toEqual(['SUCCEEDED', 'LOST', 'DUPLICATE']);
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
    expect((await collect(runId))[0]?.evaluated).toBeNull();
  });
});
