import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/domain/result.ts';
import type { DriftedPartition } from '../../src/operations/drifted-partitions.ts';
import type { PreparedSpec } from '../../src/operations/requests.ts';
import type { ScheduleRequest, ScheduleView } from '../../src/operations/schedules.ts';
import { experiment } from '../../src/spec/parse-spec.ts';
import { seededDraws } from '../support/draws.ts';
import { csvOf, type Row } from '../support/partita.ts';
import { type System, startSystem } from '../web/trained-run.ts';

/** What becomes of models when the data move: one stack, one run, and the runs of three firings. */
let system: System;
afterAll(() => system?.stop(), 120_000);

type Moved = 'steady' | 'shifted' | 'holes' | 'other labels';

function rowsOf(store: string, seed: number, moved: Moved = 'steady'): readonly Row[] {
  const draws = seededDraws(seed);
  return Array.from({ length: 200 }, () => {
    const [a, b] = [draws.normal(), draws.normal()];
    const isUp = a + 0.3 * draws.normal() > 0;
    const kind = draws.uniform() < 0.5 ? 'x' : 'y';
    return {
      store,
      a: moved === 'holes' && draws.uniform() < 0.3 ? null : a,
      b: moved === 'shifted' ? b + 1 : b,
      kind,
      y: isUp === (moved !== 'other labels') ? 'up' : 'down',
    };
  });
}

const FIRST = ['s0', 's1', 's2', 's3', 's4'];
const NOW: { readonly [store: string]: Moved } = {
  s0: 'steady',
  s1: 'shifted',
  s2: 'holes',
  s3: 'other labels',
  s5: 'steady',
};
const LIMITS = { rate: 0.05, psi: 0.1 };
const never = new AbortController().signal;

let prepared: PreparedSpec;
let run: RunResult;

function write(name: string, rows: readonly Row[]): string {
  const path = join(system.folder, name);
  writeFileSync(path, csvOf(rows));
  return path;
}

beforeAll(async () => {
  system = await startSystem();
  const { services, folder } = system;
  write(
    'stores.csv',
    FIRST.flatMap((store, i) => rowsOf(store, i + 1)),
  );
  const { spec, digest } = experiment({
    version: 1,
    name: 'stores',
    data: { source: { kind: 'csv', path: 'stores.csv' } },
    partition: { by: 'store', on_small: 'skip' },
    target: { column: 'y', task: 'classification' },
    metric: 'accuracy',
    algorithms: ['logistic'],
    global: { enabled: false },
  });
  prepared = { spec, digest, baseFolder: folder };
  const { runId } = await services.submit(prepared);
  await services.watch(runId, () => undefined, never);
  run = await services.result(runId);
}, 240_000);

describe('drift', () => {
  it('names the partitions and columns that have moved, the models that got worse, and what is new or gone', async () => {
    const data = write(
      'now.csv',
      Object.entries(NOW).flatMap(([store, moved], i) => rowsOf(store, 300 + i, moved)),
    );
    const { drift, partitions } = await driftOf({ data });
    expect(drift.counts).toEqual({
      partitions: 6,
      steady: 1,
      drifted: 3,
      new: 1,
      gone: 1,
      failed: 0,
    });
    const found = Object.fromEntries(
      partitions.map(({ key, status, columns, score }) => [
        key['store'],
        {
          status,
          columns: columns.filter(({ isDrifted }) => isDrifted).map(({ column }) => column),
          score: score?.verdict ?? null,
        },
      ]),
    );
    expect(found).toEqual({
      s0: { status: 'steady', columns: [], score: 'same' },
      s1: { status: 'drifted', columns: ['b'], score: 'same' },
      s2: { status: 'drifted', columns: ['a'], score: expect.any(String) as string },
      s3: { status: 'drifted', columns: [], score: 'worse' },
      s4: { status: 'gone', columns: [], score: null },
      s5: { status: 'new', columns: [], score: null },
    });
    expect(drift.reference).toEqual({ snapshot: run.snapshot, rows: 1000 });
  }, 120_000);

  it('is none on the very rows of the run, which are what its source has now and tell nothing of its models', async () => {
    const { drift, partitions } = await driftOf({});
    expect(drift.counts).toMatchObject({ partitions: 5, steady: 5 });
    expect(drift.current.snapshot).toBe(run.snapshot);
    expect(drift.scores).toMatchObject({ worse: 0, better: 0, same: 0, unknown: 5 });
    for (const { score } of partitions)
      expect(score).toMatchObject({
        score: { value: null, because: expect.stringContaining('no new ones') as string },
        known: 200,
        verdict: null,
      });
  }, 120_000);
});

describe('a schedule', () => {
  it('trains what has changed when it fires, with its run linked to it, until it is deleted', async () => {
    const { schedules } = system.services;
    const request: ScheduleRequest = {
      ...prepared,
      name: 'weekly',
      timing: { kind: 'every', ms: 7 * 86_400_000 },
      policy: 'changed',
      catchUpMs: 60_000,
    };
    const made = await schedules.create(request);
    expect(made).toMatchObject({ name: 'weekly', policy: 'changed', last: null, paused: false });
    expect(made.next[0]).toMatch(/^\d{4}-/);
    expect(await schedules.create(request)).toMatchObject({ name: 'weekly', fired: 0 });
    const other = schedules.create({ ...request, policy: 'all' });
    await expect(other).rejects.toMatchObject({ kind: 'conflict' });

    write(
      'stores.csv',
      FIRST.flatMap((store, i) => rowsOf(store, store === 's1' ? 50 : i + 1)),
    );
    const fitted = await fired('weekly', 1);
    expect(fitted.counts).toMatchObject({ trained: 1, reused: 4 });
    expect(fitted.partitions.find(({ key }) => key['store'] === 's0')?.origin).toBe(run.runId);

    const paused = await schedules.pause('weekly', { reason: 'no more' });
    expect(paused).toMatchObject({ paused: true, next: [], fired: 1 });
    expect(paused.note).toContain('no more');
    await schedules.delete('weekly');
    await expect(schedules.show('weekly')).rejects.toMatchObject({ kind: 'not-found' });
    const events = await system.services.audit.list({ limit: 100 });
    const actions = events
      .map(({ action }) => action)
      .filter((name) => name.startsWith('schedule'));
    expect(actions.toReversed()).toEqual([
      'schedule.create',
      'schedule.trigger',
      'schedule.pause',
      'schedule.delete',
    ]);
  }, 240_000);

  it('trains only what has drifted where that is asked, and nothing where nothing has', async () => {
    await system.services.schedules.create({
      ...prepared,
      name: 'drifting',
      timing: { kind: 'cron', cron: '0 6 * * MON', timezone: 'Europe/Berlin' },
      policy: 'drifted',
      catchUpMs: 60_000,
    });
    const moved: { readonly [store: string]: Moved } = { s2: 'shifted', s3: 'other labels' };
    write(
      'stores.csv',
      FIRST.flatMap((store, i) => rowsOf(store, 200 + i, moved[store])),
    );
    const first = await fired('drifting', 1);
    expect(first.counts).toMatchObject({ trained: 2, reused: 3 });
    const notesOf = (store: string) =>
      first.partitions.find(({ key }) => key['store'] === store)?.notes.join();
    expect(notesOf('s2')).toMatch(/^drifted since run .*: b \(psi/);
    // No column has moved: the model is wrong about all of them.
    expect(notesOf('s3')).toMatch(/^drifted since run \S+: accuracy \S+ on new rows, \S+ in the/);
    expect(notesOf('s0')).toMatch(/^not drifted since run/);

    const second = await fired('drifting', 2);
    expect(second.counts).toMatchObject({ trained: 0, reused: 5 });
    expect(second.snapshot).toBe(first.snapshot);
    expect(second.warnings.join()).toContain('None of 5 partitions has drifted');
    expect((await system.services.checkIntegrity()).broken).toEqual([]);
  }, 240_000);
});

/** Of the run, with every partition. */
function driftOf(request: { readonly data?: string }) {
  const asked = { ...LIMITS, run: run.runId, ...request };
  return system.services.drift(
    asked,
    async (found) => {
      const partitions: DriftedPartition[] = [];
      for await (const partition of found.partitions()) partitions.push(partition);
      return { ...found, partitions };
    },
    never,
  );
}

/** The result of the run that a schedule begins now, its so manieth. */
async function fired(name: string, count: number): Promise<RunResult> {
  const { services } = system;
  const { schedules } = services;
  await schedules.trigger(name);
  for (;;) {
    const { runs, running }: ScheduleView = await schedules.show(name);
    const [newest] = runs;
    if (runs.length === count && newest !== undefined && newest.endedAt !== null && running === 0)
      return services.result(newest.runId);
    await wait(100);
  }
}
