import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestBytes } from '../../src/frame/digest.ts';
import { createPostgresQuarantineStore } from '../../src/stores/postgres/postgres-quarantine-store.ts';
import type { QuarantineStore } from '../../src/stores/quarantine-store.ts';
import { type Conditioned, GLOBAL_PARTITION } from '../../src/stores/run-records.ts';
import type { RunStore } from '../../src/stores/run-store.ts';
import {
  attempt,
  conditionedOf,
  FOLD_SELECTIONS,
  newRun,
  plannedOf,
  snapshotOf,
  trainedOf,
} from '../stores/made-up-run.ts';
import { openRunStore, type TestRunStore } from '../stores/run-store-on-postgres.ts';

let opened: TestRunStore;
let store: RunStore;

beforeAll(async () => {
  opened = await openRunStore();
  ({ store } = opened);
});
afterAll(() => opened?.close());

const ROWS = snapshotOf(['l', 'm'], 'to select from');
/** What later runs read. */
const LATER = snapshotOf(['l', 'm'], 'later');

async function conditioned(
  number: number,
  changes: Partial<Conditioned>,
  snapshot = LATER,
): Promise<string> {
  const { runId } = await store.createRun(newRun(number));
  await store.recordSnapshot(
    runId,
    snapshot,
    { digest: digestBytes('file'), byteSize: 1 },
    attempt(),
  );
  await condition(runId, changes);
  return runId;
}

async function condition(
  runId: string,
  changes: Partial<Conditioned>,
  by = attempt(),
): Promise<void> {
  const plan = { classes: ['x'], folds: digestBytes('folds'), warnings: [] };
  const planned = conditionedOf(plan, ROWS.partitions.map(plannedOf));
  await store.recordCondition(runId, { ...planned, ...changes }, by);
}

describe('selections of earlier runs', () => {
  const [L, M] = ROWS.partitions.map(({ id }) => id) as [string, string];
  const selectionKeys = new Map([L, M, GLOBAL_PARTITION].map((id) => [id, digestBytes(`s ${id}`)]));
  const keys = [...selectionKeys.values()];
  const selecting = (id: string) => ({
    ...trainedOf(id, 'selecting', id),
    foldSelections: FOLD_SELECTIONS,
  });
  const withGlobal = { trainingKeys: new Map([[GLOBAL_PARTITION, digestBytes('global')]]) };
  const fromOf = (from: string) =>
    [L, GLOBAL_PARTITION].map((partitionId) => ({ partitionId, from }));
  const rowsOf = (runId: string) =>
    opened.db.selectFrom('fold_selection').selectAll().where('run_id', '=', runId).execute();
  let origin: string;
  let second: string;
  let third: string;

  beforeAll(async () => {
    origin = await conditioned(41, { ...withGlobal, selectionKeys }, ROWS);
    await store.recordTraining(origin, 0, [selecting(L), trainedOf(M, 'selecting', M)], attempt());
    await store.recordGlobalTraining(origin, selecting(GLOBAL_PARTITION), attempt());
    const selectionsTakenOver = fromOf(origin);
    const taking = { ...withGlobal, selectionKeys, selectionsTakenOver };
    second = await conditioned(42, taking);
    await condition(second, taking, attempt(2));
  });

  it('are found by their keys, with who made them, where columns were selected at all', async () => {
    const found = await store.earlierFoldSelections(keys);
    const expected = [L, GLOBAL_PARTITION].map((id) => selectionKeys.get(id) ?? '').sort();
    expect(found.map(({ key }) => key).sort()).toEqual(expected);
    // The second run has them of the first.
    expect(new Set(found.map(({ runId }) => runId))).toEqual(new Set([origin]));
    expect(await store.earlierFoldSelections([digestBytes('another')])).toEqual([]);
  });

  it('stand in a later run as they were, once, with a link to who made them', async () => {
    const rows = await rowsOf(second);
    expect(rows.map((row) => row.partition_id).sort()).toEqual([L, GLOBAL_PARTITION].sort());
    for (const row of rows)
      expect(row).toMatchObject({ origin_run_id: origin, document: FOLD_SELECTIONS });
    const taken = await store.takenFoldSelections(second, [L, M, GLOBAL_PARTITION]);
    expect(taken).toEqual(new Map([L, GLOBAL_PARTITION].map((id) => [id, FOLD_SELECTIONS])));
    // What a run selected itself is no gift to it.
    expect(await store.takenFoldSelections(origin, [L, M, GLOBAL_PARTITION])).toEqual(new Map());
  });

  it('are told with what was fitted on them, and stay one row each', async () => {
    const trained = [L, M].map((id) => trainedOf(id, 'fitted', 'again'));
    await store.recordTraining(second, 0, trained, attempt());
    await store.recordTraining(second, 0, trained, attempt(2));
    const global = trainedOf(GLOBAL_PARTITION, 'fitted', 'again');
    await store.recordGlobalTraining(second, global, attempt());
    expect(await rowsOf(second)).toHaveLength(2);
    const back = await store.trained(second, [L, M]);
    expect(back.get(L)).toEqual({ ...trained[0], selectionOrigin: origin });
    expect(back.get(M)).toEqual(trained[1]);
  });

  it('are told with the times of fits: by who selected, who had it lent', async () => {
    const times = await store.fitTimes(100);
    const of = (runId: string, id: string) =>
      times.find(({ training }) => training === `${runId}/${id}`)?.isSelecting;
    expect([of(origin, L), of(second, L), of(second, M)]).toEqual([true, false, true]);
  });

  it('go on to a run that takes over the whole training, with their first origin', async () => {
    const takenOver = [{ partitionId: L, from: second }];
    third = await conditioned(43, { selectionKeys, takenOver });
    expect(await rowsOf(third)).toMatchObject([{ partition_id: L, origin_run_id: origin }]);
    const training = (await store.trained(third, [L])).get(L);
    expect(training).toMatchObject({ origin: second });
    expect(training).not.toHaveProperty('selectionOrigin');
  });

  it('are lent on by a run that took them over, under the name of their origin, when that is deleted', async () => {
    await record('delete', [origin]);
    const found = await store.earlierFoldSelections(keys);
    expect(found.map(({ runId }) => runId)).toEqual([origin, origin]);
    await record('restore', [origin]);
  });

  it('are lent by nobody when every run that has them is deleted', async () => {
    const rows = await opened.db.selectFrom('fold_selection').select('run_id').distinct().execute();
    const runs = rows.map((row) => row.run_id);
    await record('delete', runs);
    expect(await store.earlierFoldSelections(keys)).toEqual([]);
    await record('restore', runs);
    expect(await store.earlierFoldSelections(keys)).toHaveLength(2);
  });

  async function record(kind: 'delete' | 'restore', runs: readonly string[]): Promise<void> {
    const events = runs.map((run_id) => ({ run_id, kind, actor: 'ada', reason: null }));
    await opened.db.insertInto('run_deletion_event').values(events).execute();
  }

  describe('of a snapshot that is in quarantine now', () => {
    const change = { actor: 'ada', role: 'admin', reason: 'a broken load' } as const;
    let quarantine: QuarantineStore;

    beforeAll(async () => {
      quarantine = createPostgresQuarantineStore(opened.db);
      await quarantine.quarantine(await quarantine.subject(ROWS.digest), change);
    });
    afterAll(async () => {
      await quarantine.release(await quarantine.subject(ROWS.digest), change);
      expect(await store.earlierFoldSelections(keys)).toHaveLength(2);
    });

    it('are lent by no run, whatever it read itself', async () => {
      expect(await store.earlierFoldSelections(keys)).toEqual([]);
    });

    it('take the models along that a later run fitted on them, or took over from that one', async () => {
      const withheld = async (runId: string) => [
        ...(await quarantine.withheld(runId)).models.keys(),
      ];
      const models = [L, GLOBAL_PARTITION].map((id) => digestBytes(`model of ${id}again`));
      expect((await withheld(second)).sort()).toEqual(models.sort());
      expect(await withheld(third)).toEqual([digestBytes(`model of ${L}again`)]);
      const impact = await quarantine.impact(await quarantine.subject(ROWS.digest));
      const reachedIn = (run: string) =>
        impact.models.filter(({ runId }) => runId === run).map(({ reach }) => reach);
      expect(reachedIn(second).toSorted()).toEqual(['global', 'rows']);
      expect(reachedIn(third)).toEqual(['rows']);
    });

    it('keep what was fitted on them from being taken over', async () => {
      expect(await store.earlierTrainings([digestBytes('global')], null)).toEqual([]);
    });
  });
});
