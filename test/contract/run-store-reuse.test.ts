import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import type { Conditioned, RunStore, TrainedPartition } from '../../src/stores/run-store.ts';
import {
  attempt,
  chosenOf,
  conditionedOf,
  newRun,
  plannedOf,
  snapshotOf,
  totalsOf,
  trainedOf,
} from '../stores/made-up-run.ts';
import { allPartitions, openRunStore, type TestRunStore } from '../stores/run-store-on-postgres.ts';

let opened: TestRunStore;
let store: RunStore;

beforeAll(async () => {
  opened = await openRunStore();
  ({ store } = opened);
});
afterAll(() => opened?.close());

const SNAPSHOT = snapshotOf(['a', 'b', 'c']);
const IDS = SNAPSHOT.partitions.map(({ id }) => id) as [string, string, string];
const keyOf = (id: string, version = 1): Digest => digestBytes(`${id} ${version}`);
const keysOf = (version: number) => new Map(IDS.map((id) => [id, keyOf(id, version)]));
const failed: TrainedPartition = {
  partitionId: IDS[1],
  startedAt: '2026-11-23T20:00:01.500Z',
  ms: 12.5,
  log: '',
  kind: 'failed',
  reason: 'timeout',
  message: 'It ran over 600 seconds.',
};

async function conditioned(number: number, changes: Partial<Conditioned>): Promise<string> {
  const { runId } = await store.createRun(newRun(number));
  const file = { digest: digestBytes('file'), byteSize: 1 };
  await store.recordSnapshot(runId, SNAPSHOT, file, attempt());
  const plan = { classes: ['x'], folds: digestBytes('folds'), warnings: [] };
  const condition = conditionedOf(plan, SNAPSHOT.partitions.map(plannedOf));
  await store.recordCondition(runId, { ...condition, ...changes }, attempt());
  return runId;
}

describe('trainings of earlier runs', () => {
  const keys = [...keysOf(1).values()];
  let origin: string;
  let second: string;

  beforeAll(async () => {
    origin = await conditioned(1, { trainingKeys: keysOf(1) });
    await store.recordTraining(origin, 0, [trainedOf(IDS[0]), failed], attempt());
    const takenOver = [{ partitionId: IDS[0], from: origin }];
    second = await conditioned(2, { trainingKeys: keysOf(1), takenOver });
  });

  it('are found by their keys, with who fitted them, and failures only of the run that is named', async () => {
    const [fitted, ...more] = await store.earlierTrainings(keys, null);
    expect(more).toEqual([]);
    expect(fitted).toMatchObject({ key: keyOf(IDS[0]), runId: origin, status: 'trained' });
    expect(new Set(fitted?.packs).size).toBeGreaterThan(0);
    const withFailures = await store.earlierTrainings(keys, origin);
    expect(withFailures.map(({ status }) => status).sort()).toEqual(['failed', 'trained']);
    expect(await store.earlierTrainings([...keysOf(2).values()], origin)).toEqual([]);
  });

  it('stand in a later run as they were, with a link to the one that fitted them', async () => {
    const [taken] = (await store.trained(second, [IDS[0]])).values();
    const [fitted] = (await store.trained(origin, [IDS[0]])).values();
    expect(taken).toEqual({ ...fitted, origin });
    expect([...(await store.untrained(second))].sort()).toEqual([IDS[1], IDS[2]].sort());
    expect(await store.untrained(origin)).toEqual(new Set(IDS));
    await store.recordChoice(second, [chosenOf(IDS[0])], totalsOf(1), attempt());
    expect((await allPartitions(store, second))[0]?.trained?.origin).toBe(origin);
    const models = await opened.db
      .selectFrom('model')
      .innerJoin('step_io', (join) =>
        join.onRef('step_io.digest', '=', 'model.digest').on('step_io.direction', '=', 'out'),
      )
      .where('model.run_id', '=', second)
      .where('step_io.run_id', '=', second)
      .select('model.digest')
      .execute();
    expect(models).toHaveLength(1);
  });

  it('are taken over with their origin when they were taken over before', async () => {
    const earlier = await store.earlierTrainings(keys, second);
    expect(earlier.map(({ runId }) => runId)).toEqual([origin]);
  });
});

describe('a run that starts from another one', () => {
  it('reads the rows that the other one read, and remembers why', async () => {
    const origin = await conditioned(11, {});
    const again = { which: 'all' } as const;
    const { runId } = await store.createRun(
      newRun(12, { origin: { mode: 'retry', runId: origin, again }, reuse: false }),
    );
    expect(await store.adoptSnapshot(runId, origin, attempt())).toBe(true);
    expect(await store.adoptSnapshot(runId, origin, attempt(2))).toBe(true);
    const [here, there] = [await store.run(runId), await store.run(origin)];
    expect(here.snapshot).toEqual(there.snapshot);
    expect([here.origin, here.reuse]).toEqual([{ mode: 'retry', runId: origin, again }, false]);
    expect([there.origin, there.reuse]).toEqual([null, true]);
  });

  it('reads the source itself where the other one never did', async () => {
    const { runId: origin } = await store.createRun(newRun(13));
    const { runId } = await store.createRun(
      newRun(14, { origin: { mode: 'reproduce', runId: origin } }),
    );
    expect(await store.adoptSnapshot(runId, origin, attempt())).toBe(false);
    expect((await store.run(runId)).snapshot).toBeNull();
  });
});
