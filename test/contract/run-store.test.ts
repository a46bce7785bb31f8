import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { planStage } from '../../activities/plan-stage.ts';
import type { RunStatus } from '../../src/domain/run.ts';
import { digestBytes, partitionId } from '../../src/frame/digest.ts';
import type { RunStore } from '../../src/stores/run-store.ts';
import {
  attempt,
  conditionedOf,
  newRun,
  plannedOf,
  profileOf,
  recordPlan,
  snapshotOf,
} from '../stores/made-up-run.ts';
import {
  allPartitions,
  kindOf,
  openRunStore,
  type TestRunStore,
} from '../stores/run-store-on-postgres.ts';

let opened: TestRunStore;
let store: RunStore;
let startRun: TestRunStore['startRun'];

beforeAll(async () => {
  opened = await openRunStore();
  ({ store, startRun } = opened);
});
afterAll(async () => {
  await opened?.close();
});

describe('a run', () => {
  it('comes back as it was recorded', async () => {
    const wanted = newRun(700);
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
      origin: null,
      reuse: true,
      partitionBundle: wanted.code.partitionBundleDigest,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      startedAt: null,
      endedAt: null,
      error: null,
      errorKind: null,
      snapshot: null,
      plan: null,
      report: null,
      deletion: null,
    });
    expect(await store.run(runId)).toEqual(run);
  });

  it('is the one that exists when its idempotency key comes again, and another spec is refused', async () => {
    const first = await store.createRun(newRun(800, { idempotencyKey: 'nightly' }));
    const again = await store.createRun(newRun(900, { idempotencyKey: 'nightly' }));
    expect([await store.hasKey('nightly'), await store.hasKey('night')]).toEqual([true, false]);
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
    await store.setStatus(runId, 'FAILED', {
      message: 'The source is gone.\u0000',
      kind: 'unreachable',
    });
    const failed = await store.run(runId);
    expect(failed).toMatchObject({
      status: 'FAILED',
      error: 'The source is gone.\uFFFD',
      errorKind: 'unreachable',
    });
    expect(Date.parse(failed.endedAt ?? '')).toBeGreaterThanOrEqual(
      Date.parse(failed.startedAt ?? ''),
    );
    await store.setStatus(runId, 'FAILED', { message: 'Another sentence.', kind: null });
    expect(await store.run(runId)).toEqual(failed);
    expect(await kindOf(store.setStatus(runId, 'SUCCEEDED'))).toBe('conflict');
    expect(await kindOf(store.setStatus(runId, 'RUNNING'))).toBe('conflict');
  });

  it('has an id that sorts by the time of the store, whatever the clock of who asks says', async () => {
    const storeTime = async () =>
      Number(
        (
          await sql<{ ms: string }>`select 1000 * extract(epoch from clock_timestamp())
        as ms`.execute(opened.db)
        ).rows[0]?.ms,
      );
    vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(1999, 0) });
    try {
      const before = await storeTime();
      const id = await store.newRunId();
      const time = Number.parseInt(id.replace('-', '').slice(0, 12), 16);
      expect(time).toBeGreaterThanOrEqual(Math.floor(before));
      expect(time).toBeLessThanOrEqual(await storeTime());
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is listed newest first, by experiment and from a run on', async () => {
    const named = (number: number) =>
      newRun(number, { spec: { ...newRun(0).spec, name: 'listed' } });
    for (const number of [911, 912, 913]) await store.createRun(named(number));
    const ids = async (options: Omit<Parameters<RunStore['listRuns']>[0], 'experiment'>) =>
      (await store.listRuns({ ...options, experiment: 'listed' })).map(({ runId }) =>
        Number(runId.slice(-3)),
      );
    expect(await ids({ limit: 10 })).toEqual([913, 912, 911]);
    expect(await ids({ limit: 1, before: newRun(913).runId })).toEqual([912]);
    expect(await store.listRuns({ limit: 10, experiment: 'never run' })).toEqual([]);
    await store.setStatus(newRun(912).runId, 'CANCELLED');
    expect(await ids({ limit: 10, isOpen: true })).toEqual([913, 911]);
    const [oldest, middle, newest] = [911, 912, 913].map((number) => newRun(number).runId);
    const changed = (since = '', ...among: readonly string[]) =>
      ids({ limit: 10, changed: { since, among } });
    expect(await changed(newest)).toEqual([]);
    expect(await changed(middle)).toEqual([913]);
    expect(await changed(middle, `${oldest}`, `${newest}`)).toEqual([913, 911]);
  });

  it('is compared with the newest of its spec and folder that ended well on data that it read itself', async () => {
    const specDigest = digestBytes('compared');
    const wanted = { specDigest, baseFolder: '/prod' };
    const spec = { ...newRun(0).spec, name: 'compared' };
    const ended = async (n: number, changes: Parameters<typeof newRun>[1], status: RunStatus) => {
      const run = newRun(n, { ...wanted, spec, ...changes });
      await store.createRun(run);
      await store.setStatus(run.runId, 'RUNNING');
      await recordPlan(store, run.runId, snapshotOf(['a'], `rows of ${n}`));
      await store.setStatus(run.runId, status);
      return run.runId;
    };
    expect(await store.newestReading(wanted)).toBeNull();
    const first = await ended(921, {}, 'PARTIAL');
    await ended(922, { baseFolder: '/dev' }, 'SUCCEEDED');
    await ended(923, { specDigest: digestBytes('other spec') }, 'SUCCEEDED');
    await ended(924, { origin: { mode: 'reproduce', runId: first } }, 'SUCCEEDED');
    const again = { which: 'missing' } as const;
    await ended(925, { origin: { mode: 'retry', runId: first, again } }, 'SUCCEEDED');
    await ended(926, {}, 'FAILED');
    await store.createRun(newRun(927, { ...wanted, spec }));
    expect(await store.newestReading(wanted)).toEqual(await store.run(first));
    const next = await ended(928, { origin: { mode: 'drifted', runId: first } }, 'SUCCEEDED');
    expect((await store.newestReading(wanted))?.runId).toBe(next);
    const id = snapshotOf(['a']).partitions[0]?.id;
    expect(await store.decisions(next)).toEqual(new Map([[id, 'train']]));
    expect(await store.planned(next)).toMatchObject([
      { partitionId: id, rows: 100, decision: { kind: 'train' } },
    ]);
    expect(await store.decisions(newRun(927).runId)).toEqual(new Map());
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
      source: snapshot.source,
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
    const records = await allPartitions(store, runId);
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
    expect(await store.batchCount(runId, 'evaluate')).toBe(0);
    await store.planBatches(runId, { stage: 'train', batches: [ids] });
    const again = ids.map((partitionId) => ({ partitionId, rows: 100 }));
    const ofMoreThreads = { partitions: 1, rows: 100 };
    expect(await planStage(store, runId, 'train', again, ofMoreThreads)).toBe(1);
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

  it('know unions by the digests of their members, and what could not be profiled', async () => {
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
    const failed = { kind: 'fail', reason: 'out_of_memory' } as const;
    const planned = snapshot.partitions
      .map(plannedOf)
      .map((one) => ({ ...one, decision: one.key['asset_type'] === 'c' ? failed : merged }));
    await store.recordCondition(
      runId,
      conditionedOf({ classes: [], folds: digestBytes('folds'), warnings: [] }, [
        ...planned,
        union,
      ]),
      attempt(),
    );
    const records = await allPartitions(store, runId);
    expect(records.map(({ text, decision }) => [text, decision])).toEqual([
      ['asset_type=(merged)', { kind: 'train' }],
      ['asset_type=a', merged],
      ['asset_type=b', merged],
      ['asset_type=c', failed],
    ]);
    expect(records[0]).toMatchObject({ ranges: union.ranges, profile: null });
    expect(new Set(records.map(({ digest }) => digest)).size).toBe(4);
  });

  it('share one snapshot between runs that read equal data', async () => {
    const snapshot = snapshotOf(['shared'], 'shared data');
    const first = await startRun();
    await recordPlan(store, first, snapshot);
    const { runId: second } = await store.createRun(newRun(701));
    await recordPlan(store, second, { ...snapshot, warnings: ['Read from elsewhere.'] });
    const stored = await opened.db
      .selectFrom('snapshot')
      .select('id')
      .where('digest', '=', snapshot.digest)
      .execute();
    expect(stored).toHaveLength(1);
    expect((await store.run(first)).snapshot?.warnings).toEqual(['One column was empty.']);
    expect((await store.run(second)).snapshot?.warnings).toEqual(['Read from elsewhere.']);
  });
});
