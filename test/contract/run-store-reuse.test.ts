import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import type { Snapshot } from '../../src/sources/snapshot.ts';
import { createPostgresQuarantineStore } from '../../src/stores/postgres/postgres-quarantine-store.ts';
import type { QuarantineStore } from '../../src/stores/quarantine-store.ts';
import {
  type Conditioned,
  GLOBAL_PARTITION,
  type PartitionDrift,
  type RunOrigin,
  type TrainedPartition,
} from '../../src/stores/run-records.ts';
import type { RunStore } from '../../src/stores/run-store.ts';
import {
  attempt,
  chosenOf,
  conditionedOf,
  driftOf,
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

type Reading = {
  readonly snapshot: Snapshot;
  readonly origin?: RunOrigin | null;
  readonly drift?: readonly PartitionDrift[];
};

async function conditioned(
  number: number,
  changes: Partial<Conditioned>,
  { snapshot, origin = null, drift }: Reading = { snapshot: SNAPSHOT },
): Promise<string> {
  const { runId } = await store.createRun(newRun(number, { origin }));
  const file = { digest: digestBytes('file'), byteSize: 1 };
  await store.recordSnapshot(runId, snapshot, file, attempt(), drift && (() => drift));
  await condition(runId, snapshot, changes);
  return runId;
}

async function condition(
  runId: string,
  snapshot: Snapshot,
  changes: Partial<Conditioned> = {},
): Promise<void> {
  const plan = { classes: ['x'], folds: digestBytes('folds'), warnings: [] };
  const planned = conditionedOf(plan, snapshot.partitions.map(plannedOf));
  await store.recordCondition(runId, { ...planned, ...changes }, attempt());
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

describe('a snapshot in quarantine', () => {
  const BAD = snapshotOf(['d', 'e', 'f'], 'bad');
  const NOW = snapshotOf(['d', 'e', 'f'], 'now');
  const [D, E, F] = BAD.partitions.map(({ id }) => id) as [string, string, string];
  const keys = new Map([D, E, F].map((id) => [id, digestBytes(`bad ${id}`)]));
  /** Of which a later run kept all but one partition, as those had not drifted. */
  const partitions = NOW.partitions.map((one, i) =>
    one.id === E ? one : (BAD.partitions[i] ?? one),
  );
  const KEPT = { ...NOW, partitions, digest: digestBytes('kept') };
  const drift = partitions.map((one) => driftOf(one, one.id === E ? 'drifted' : 'steady'));
  const change = { actor: 'ada', role: 'admin', reason: 'a broken load' } as const;
  let quarantine: QuarantineStore;
  let read: string;
  let taken: string;
  let kept: string;
  let retried: string;

  beforeAll(async () => {
    quarantine = createPostgresQuarantineStore(opened.db);
    read = await conditioned(21, { trainingKeys: keys }, { snapshot: BAD });
    const fitted = [D, E, F].map((id) => trainedOf(id, 'read', 'read'));
    await store.recordTraining(read, 0, fitted, attempt());
    const takenOver = [{ partitionId: D, from: read }];
    taken = await conditioned(22, { takenOver }, { snapshot: NOW });
    const own = [E, F].map((id) => trainedOf(id, 'taken', 'taken'));
    await store.recordTraining(taken, 0, own, attempt());
    const origin = { mode: 'drifted', runId: read } as const;
    kept = await conditioned(23, {}, { snapshot: KEPT, origin, drift });
    const fittedAgain = [D, E, F].map((id) => trainedOf(id, 'kept', 'kept'));
    await store.recordTraining(kept, 0, fittedAgain, attempt());
    await store.recordGlobalTraining(kept, trainedOf(GLOBAL_PARTITION, 'all', 'kept'), attempt());
    const again = { which: 'all' } as const;
    ({ runId: retried } = await store.createRun(
      newRun(24, { origin: { mode: 'retry', runId: kept, again } }),
    ));
    await store.adoptSnapshot(retried, kept, attempt());
    await condition(retried, KEPT);
    await store.recordTraining(
      retried,
      0,
      [D, E, F].map((id) => trainedOf(id, 'retried', 'retried')),
      attempt(),
    );
    const subject = await quarantine.subject(BAD.digest);
    expect((await quarantine.withheld(kept)).models.size).toBe(0);
    await quarantine.quarantine(subject, change);
  });

  const modelsOf = (salt: string, ids: readonly string[]) =>
    ids.map((id) => digestBytes(`model of ${id}${salt}`)).sort();
  const withheldOf = async (runId: string) =>
    [...(await quarantine.withheld(runId)).models.keys()].sort();

  it('takes the models along that a later run took over, or fitted on rows that it kept', async () => {
    expect(await withheldOf(read)).toEqual(modelsOf('read', [D, E, F]));
    expect(await withheldOf(taken)).toEqual(modelsOf('read', [D]));
    expect(await withheldOf(kept)).toEqual(modelsOf('kept', [D, F, GLOBAL_PARTITION]));
    const { models } = await quarantine.impact(await quarantine.subject(BAD.digest));
    const reachedIn = (run: string) =>
      models.filter(({ runId }) => runId === run).map(({ reach }) => reach);
    expect(reachedIn(taken)).toEqual(['rows']);
    expect(reachedIn(kept).toSorted()).toEqual(['global', 'rows', 'rows']);
  });

  it('takes the models along of a retry, which reads what was kept', async () => {
    expect(await withheldOf(retried)).toEqual(modelsOf('retried', [D, F]));
    expect(await quarantine.keptFromQuarantine(retried)).toEqual(new Set([D, F]));
  });

  it('lends its rows and trainings to no later run, but to a retry that reads it', async () => {
    expect(await quarantine.keptFromQuarantine(kept)).toEqual(new Set([D, F]));
    expect(await quarantine.keptFromQuarantine(read)).toEqual(new Set());
    expect(await store.earlierTrainings([...keys.values()], null)).toEqual([]);
    expect(await store.earlierTrainings([...keys.values()], read)).toHaveLength(3);
  });

  it('answers again once it is released', async () => {
    await quarantine.release(await quarantine.subject(BAD.digest), change);
    expect((await quarantine.withheld(kept)).models.size).toBe(0);
    expect(await quarantine.keptFromQuarantine(kept)).toEqual(new Set());
    expect(await store.earlierTrainings([...keys.values()], null)).toHaveLength(3);
  });
});

describe('a snapshot in quarantine that kept rows of earlier ones', () => {
  it('leaves the runs alone that those rows come from', async () => {
    const quarantine = createPostgresQuarantineStore(opened.db);
    const first = snapshotOf(['g', 'h'], 'first');
    const composed = (data: string) => {
      const next = snapshotOf(['g', 'h'], data);
      const partitions = [first.partitions[0] ?? next.partitions[0], next.partitions[1]] as const;
      return { ...next, partitions: partitions.flatMap((one) => one ?? []) };
    };
    const driftedRun = async (number: number, snapshot: Snapshot, base: string) => {
      const origin = { mode: 'drifted', runId: base } as const;
      const drift = snapshot.partitions.map((one, i) =>
        driftOf(one, i === 0 ? 'steady' : 'drifted'),
      );
      const runId = await conditioned(number, {}, { snapshot, origin, drift });
      const trained = snapshot.partitions.map(({ id }) => trainedOf(id, `${number}`, `${number}`));
      await store.recordTraining(runId, 0, trained, attempt());
      return runId;
    };
    const base = await conditioned(31, {}, { snapshot: first });
    const [earlier, later] = [composed('earlier'), composed('later')];
    const older = await driftedRun(32, earlier, base);
    const newer = await driftedRun(33, later, older);
    const subject = await quarantine.subject(later.digest);
    await quarantine.quarantine(subject, { actor: 'ada', role: 'admin', reason: 'a broken load' });
    expect((await quarantine.withheld(newer)).models.size).toBe(2);
    expect((await quarantine.withheld(older)).models.size).toBe(0);
    expect(await quarantine.keptFromQuarantine(older)).toEqual(new Set());
    const { runs } = await quarantine.impact(subject);
    expect(runs.map(({ runId }) => runId)).toEqual([newer]);
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
