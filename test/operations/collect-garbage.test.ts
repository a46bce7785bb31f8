import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Digest } from '../../src/domain/digest.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import { collectGarbage, type GarbageRequest } from '../../src/operations/collect-garbage.ts';
import type { OperationContext } from '../../src/operations/context.ts';
import { servedModels } from '../../src/serving/model-set.ts';
import { createFileObjectStore } from '../../src/stores/objects/file-object-store.ts';
import { createPostgresQuarantineStore } from '../../src/stores/postgres/postgres-quarantine-store.ts';
import { createPostgresRegistryStore } from '../../src/stores/postgres/postgres-registry-store.ts';
import { createPostgresRetentionStore } from '../../src/stores/postgres/postgres-retention-store.ts';
import type { RetentionStore } from '../../src/stores/retention-store.ts';
import {
  attempt,
  chosenOf,
  conditionedOf,
  newRun,
  plannedOf,
  profileOf,
  snapshotOf,
  totalsOf,
  trainedOf,
} from '../stores/made-up-run.ts';
import { kindOf, openRunStore, type TestRunStore } from '../stores/run-store-on-postgres.ts';
import { makeFolder } from '../support/test-folder.ts';

const SNAPSHOT = snapshotOf(['a', 'b']);
const IDS = SNAPSHOT.partitions.map(({ id }) => id);
const KEYS = new Map(IDS.map((id) => [id, digestBytes(`key of ${id}`)]));
const EXPERIMENT = 'asset-status';
const by = { actor: 'ada', role: 'admin', reason: null } as const;
/** An hour ago: as if nobody had put it lately. */
const OLD = new Date(Date.now() - 3_600_000);

const folder = makeFolder();
const storeOf = (owner: string | null) =>
  createFileObjectStore(join(folder, 'objects'), owner === null ? null : async () => owner);
const objects = storeOf('this database');
const reportsFolder = join(folder, 'reports');
const uploadsFolder = join(folder, 'uploads');
const driftFolder = join(folder, 'drift');
let opened: TestRunStore;
let context: OperationContext;
let retention: RetentionStore;
let runs = 0;

beforeAll(async () => {
  opened = await openRunStore();
  const { db, store } = opened;
  retention = createPostgresRetentionStore(db);
  const registry = createPostgresRegistryStore(db);
  const parts = { runs: store, objects, retention, registry, reportsFolder, user: 'ada' };
  context = parts as unknown as OperationContext;
  for (const one of [reportsFolder, uploadsFolder, driftFolder]) mkdirSync(one);
});
afterAll(() => opened?.close());

/** An object that was put an hour ago. */
async function oldObject(text: string, store = objects): Promise<Digest> {
  const digest = await store.put(Buffer.from(text));
  utimesSync(objects.place(digest), OLD, OLD);
  return digest;
}

async function startRun(): Promise<string> {
  const { runId } = await opened.store.createRun(newRun(++runs));
  await opened.store.setStatus(runId, 'RUNNING');
  return runId;
}

/** Its page, and what was found when new data were compared with its own. */
const filesOf = (runId: string) => [
  join(reportsFolder, `${runId}.html`),
  join(driftFolder, `${runId}.jsonl`),
];

type Made = { readonly runId: string; readonly packs: readonly Digest[] };

/** A run to its end, with bytes of its own; `from`: it takes over what that one has fitted. */
async function recordRun(from?: Made): Promise<Made> {
  const { store } = opened;
  const number = runs + 1;
  const runId = await startRun();
  const file = { digest: await oldObject(`file ${number}`), byteSize: 1 };
  await store.recordSnapshot(runId, SNAPSHOT, file, attempt());
  await store.planBatches(runId, { stage: 'profile', batches: [IDS] });
  const folds = await oldObject(`folds ${number}`);
  await store.recordProfiles(runId, 0, SNAPSHOT.partitions.map(profileOf), folds, attempt());
  const planned = conditionedOf(
    { classes: ['active', 'idle'], folds, warnings: [] },
    SNAPSHOT.partitions.map(plannedOf),
  );
  const takenOver =
    from === undefined ? [] : IDS.map((partitionId) => ({ partitionId, from: from.runId }));
  const conditioned = { ...planned, trainingKeys: KEYS, takenOver };
  await store.recordCondition(runId, conditioned, attempt());
  const packs = from?.packs.slice(0, 2) ?? [
    await oldObject(`pack ${number} of models`),
    await oldObject(`pack ${number} of predictions`),
  ];
  if (from === undefined) {
    const trained = IDS.map((id) => trainedOf(id, `pack ${number}`));
    await store.recordTraining(runId, 0, trained, attempt());
  }
  await store.recordChoice(runId, IDS.map(chosenOf), totalsOf(2), attempt());
  const report = await oldObject(`report ${number}`);
  const pages = { html: report, json: report, byteSizes: [1, 1] };
  await store.recordReport(runId, pages, attempt());
  await store.setStatus(runId, 'SUCCEEDED');
  for (const path of filesOf(runId)) {
    writeFileSync(path, 'of the run');
    utimesSync(path, OLD, OLD);
  }
  return { runId, packs: [...packs, file.digest, folds, report] };
}

const collect = (request: Partial<GarbageRequest> = {}) =>
  collectGarbage(
    context,
    { dryRun: false, keepDays: 0, unknown: false, ...request },
    { uploads: uploadsFolder, drift: driftFolder },
  );
const isThere = (digest: Digest) => existsSync(objects.place(digest));

describe('collecting garbage', () => {
  it('takes nothing of a run that is kept, and says before what it would take of a deleted one', async () => {
    const run = await recordRun();
    expect((await collect()).objects.count).toBe(0);
    await retention.remove(run.runId, by);
    const within = await collect({ keepDays: 7 });
    expect(within).toMatchObject({ runs: [], objects: { count: 0 } });
    const planned = await collect({ dryRun: true });
    expect(planned).toMatchObject({ runs: [run.runId], objects: { count: 5 } });
    expect(run.packs.every(isThere)).toBe(true);
    await retention.restore(run.runId, by);
    expect((await collect()).objects.count).toBe(0);
    expect(run.packs.every(isThere)).toBe(true);
  });

  it('takes a run in the very millisecond in which it was deleted', async () => {
    const { runId } = await recordRun();
    await retention.remove(runId, by);
    const deletion = (await retention.deletions()).find((one) => one.runId === runId);
    const at = new Date(deletion?.at ?? '');
    expect(await retention.purgeable(at)).toContain(runId);
    expect(await retention.purgeable(new Date(at.getTime() - 1))).not.toContain(runId);
    await retention.restore(runId, by);
  });

  it('takes objects and pages of a deleted run, but none that another run reaches, and keeps every row', async () => {
    const first = await recordRun();
    const second = await recordRun(first);
    const rows = async () => (await opened.store.partition(first.runId, 'a')).trained?.kind;
    await retention.remove(first.runId, { ...by, reason: 'wrong table' });
    const { objects: gone, reports, drift } = await collect();
    // Models and predictions stand in the run that took them over.
    expect([gone.count, reports.count, drift.count]).toEqual([3, 1, 1]);
    expect(first.packs.map(isThere)).toEqual([true, true, false, false, false]);
    expect(second.packs.every(isThere)).toBe(true);
    expect(filesOf(second.runId).every((path) => existsSync(path))).toBe(true);
    expect(filesOf(first.runId).some((path) => existsSync(path))).toBe(false);
    expect(await rows()).toBe('trained');
    expect(await kindOf(retention.restore(first.runId, by))).toBe('conflict');
    expect((await collect()).objects.count).toBe(0);
  });

  it('leaves alone what was put again meanwhile, and all that is newer than a run that goes on', async () => {
    const run = await recordRun();
    const text = `pack ${runs} of models`;
    await retention.remove(run.runId, by);
    const goingOn = await startRun();
    const [pack] = run.packs as [Digest];
    // The run that goes on has fitted the same models, and not recorded them yet.
    expect(await objects.put(Buffer.from(text))).toBe(pack);
    expect((await collect()).objects.count).toBe(4);
    expect(isThere(pack)).toBe(true);
    expect(await objects.remove(pack, OLD)).toBe(false);
    expect(isThere(pack)).toBe(true);
    await opened.store.setStatus(goingOn, 'FAILED');
    expect((await collect()).objects.count).toBe(1);
    expect(await objects.remove(pack, new Date())).toBe(false);
  });

  it('does not count on a run that was deleted while another went on', async () => {
    const run = await recordRun();
    const goingOn = await startRun();
    await retention.remove(run.runId, by);
    expect(await collect()).toMatchObject({ runs: [], objects: { count: 0 } });
    await opened.store.setStatus(goingOn, 'FAILED');
    expect((await collect()).runs).toEqual([run.runId]);
  });

  it('takes nothing where the clock was set back since a run began that goes on', async () => {
    const part = await oldObject('a part of a run whose clock has jumped');
    const goingOn = await startRun();
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
    const began = { created_at: inAnHour as never, started_at: inAnHour };
    await opened.db.updateTable('run').set(began).where('id', '=', goingOn).execute();
    expect((await collect()).objects.count).toBe(0);
    expect(isThere(part)).toBe(true);
    await opened.store.setStatus(goingOn, 'FAILED');
    expect((await collect()).objects.count).toBe(1);
  });

  it('takes what was put and never recorded, as parts are that were needed for a while only', async () => {
    const part = await oldObject('a part of something');
    expect((await collect()).objects.count).toBe(1);
    expect(isThere(part)).toBe(false);
  });

  it('leaves what another database counts on, whatever is meant, though no run here reaches it any more', async () => {
    const run = await recordRun();
    const shared = await oldObject(`pack ${runs} of models`, storeOf('another database'));
    const theirs = await oldObject('of another database', storeOf('another database'));
    expect(run.packs).toContain(shared);
    await retention.remove(run.runId, by);
    expect((await collect({ unknown: true })).objects.count).toBe(4);
    expect([shared, theirs].every(isThere)).toBe(true);
  });

  it('counts at first on everything that the record knows, where objects are older than claims', async () => {
    const store = storeOf('older than claims');
    const known = await oldObject('older', storeOf(null));
    let asked = 0;
    const look = async () => {
      asked++;
      return [known];
    };
    for (let time = 0; time < 2; time++) await store.claimAtFirst(look);
    expect(asked).toBe(1);
    expect([...(await store.claims()).own]).toEqual([known]);
    expect((await objects.claims()).others.has(known)).toBe(true);
  });

  it('leaves what nobody is known to have put, unless that is meant', async () => {
    const stranger = await oldObject('older than claims', storeOf(null));
    const found = await collect();
    expect([found.objects.count, found.unknown.count]).toEqual([0, 1]);
    expect(isThere(stranger)).toBe(true);
    expect((await collect({ unknown: true })).objects.count).toBe(1);
    expect(isThere(stranger)).toBe(false);
  });

  it('takes uploads that only collected runs read, and half-written files that are a day old', async () => {
    const { spec } = newRun(1);
    const reader = async (name: string) => {
      const source = { kind: 'csv', path: join(uploadsFolder, name) } as const;
      const reading = { ...spec, data: { ...spec.data, source } };
      const wishes = { spec: reading, specDigest: digestBytes(`reads ${name}`) };
      const { runId } = await opened.store.createRun(newRun(++runs, wishes));
      await opened.store.setStatus(runId, 'FAILED');
      return runId;
    };
    await reader('read.csv');
    await retention.remove(await reader('unwanted.csv'), by);
    await retention.remove(await reader('read.csv'), by);
    const incoming = join(folder, 'objects/incoming/half');
    mkdirSync(dirname(incoming), { recursive: true });
    const aged = new Date(Date.now() - 2 * 86_400_000);
    const uploaded = ['read.csv', 'unwanted.csv', 'for the next spec.csv'];
    for (const file of [...uploaded.map((name) => join(uploadsFolder, name)), incoming]) {
      writeFileSync(file, 'x');
      utimesSync(file, aged, aged);
    }
    const { uploads, leftovers } = await collect();
    expect([uploads.count, leftovers.count]).toEqual([1, 1]);
    expect(readdirSync(uploadsFolder).sort()).toEqual(['for the next spec.csv', 'read.csv']);

    await reader('*.csv');
    await retention.remove(await reader('for the next spec.csv'), by);
    expect((await collect()).uploads.count).toBe(0);
  });

  it('leaves what executors left for as long as a batch of another database may take', async () => {
    const { job } = await objects.invite('job of another');
    const place = join(folder, 'objects/incoming', job);
    for (const [days, count] of [
      [7.5, 0],
      [8.5, 1],
    ] as const) {
      const aged = new Date(Date.now() - days * 86_400_000);
      utimesSync(place, aged, aged);
      expect((await collect()).leftovers.count).toBe(count);
    }
  });
});

describe('a deleted run', () => {
  it('is hidden, answers nobody, is taken over by no run and comes back whole', async () => {
    const run = await recordRun();
    const listed = async (all: boolean) =>
      (await opened.store.listRuns({ limit: 100, all })).map(({ runId }) => runId);
    const earlier = async () =>
      (await opened.store.earlierTrainings([...KEYS.values()], null)).map(({ runId }) => runId);
    const before = await earlier();
    const quarantine = createPostgresQuarantineStore(opened.db);
    const served = await quarantine.standing(run.runId);
    await retention.remove(run.runId, by);
    // Who keeps its models open asks anew.
    expect(await quarantine.standing(run.runId)).not.toEqual(served);
    expect(await listed(false)).not.toContain(run.runId);
    expect(await listed(true)).toContain(run.runId);
    expect(await kindOf(servedModels(context, run.runId))).toBe('conflict');
    const promotion = context.registry.promote({ ...by, runId: run.runId, alias: 'champion' });
    expect(await kindOf(promotion)).toBe('conflict');
    expect(await retention.deletions()).toContainEqual(
      expect.objectContaining({ runId: run.runId, kind: 'delete', actor: 'ada' }),
    );
    expect(await earlier()).not.toContain(run.runId);
    await retention.restore(run.runId, by);
    expect(await earlier()).toEqual(before);
    expect(await listed(false)).toContain(run.runId);
  });

  it('can not be one that goes on, or that a name answers with', async () => {
    const goingOn = await startRun();
    expect(await kindOf(retention.remove(goingOn, by))).toBe('conflict');
    await opened.store.setStatus(goingOn, 'FAILED');
    const run = await recordRun();
    await context.registry.promote({ ...by, runId: run.runId, alias: 'champion' });
    await expect(retention.remove(`${EXPERIMENT}@champion`, by)).rejects.toThrow(
      /answers as asset-status@champion: promote another run/,
    );
    expect(await kindOf(retention.restore(run.runId, by))).toBe('not-found');
  });
});
