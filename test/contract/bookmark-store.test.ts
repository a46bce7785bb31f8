import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActivityDependencies } from '../../activities/dependencies.ts';
import { trainBatchActivity } from '../../activities/train-batch.ts';
import type { Digest } from '../../src/domain/digest.ts';
import { Failure } from '../../src/domain/failure.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import type { BookmarkStore } from '../../src/stores/bookmark-store.ts';
import { createPostgresBookmarkStore } from '../../src/stores/postgres/postgres-bookmark-store.ts';
import { attempt, recordPlan, snapshotOf, trainedOf } from '../stores/made-up-run.ts';
import { openRunStore, type TestRunStore } from '../stores/run-store-on-postgres.ts';

const STARTED = '2026-11-23T20:00:01.500Z';

describe('a bookmark', () => {
  let opened: TestRunStore;
  let store: BookmarkStore;
  let runId: string;
  const job = digestBytes('job');

  beforeAll(async () => {
    opened = await openRunStore();
    store = createPostgresBookmarkStore(opened.db);
    runId = await opened.startRun();
  });
  afterAll(() => opened?.close());

  const found = async (name: Digest = job) => {
    const bookmark = await store.find(runId, name);
    const arrivals: unknown[] = [];
    for await (const arrival of bookmark?.arrivals ?? []) arrivals.push(arrival);
    return bookmark && { place: bookmark.place, arrivals };
  };
  const arrival = (at: number) => ({
    position: { operation: 'a', at },
    content: Uint8Array.of(at, 0, 255),
  });

  it('holds a place and what has arrived, in order, each once', async () => {
    expect(await found()).toBeUndefined();
    await store.begin(runId, job, { operation: 'a' });
    for (const at of [3, 1, 2, 1]) await store.keep(runId, job, arrival(at));
    expect(await found()).toEqual({
      place: { operation: 'a' },
      arrivals: [3, 1, 2].map((at) => ({
        ...arrival(at),
        content: Buffer.from(arrival(at).content),
      })),
    });
  });

  it('keeps what has arrived when the work goes on at another place', async () => {
    await store.begin(runId, job, { operation: 'b' });
    const bookmark = await found();
    expect(bookmark?.place).toEqual({ operation: 'b' });
    expect(bookmark?.arrivals).toHaveLength(3);
  });

  it('is forgotten by itself, or with its run', async () => {
    const other = digestBytes('other job');
    await store.begin(runId, other, {});
    await store.release(runId, [job]);
    expect([await found(), (await found(other))?.arrivals]).toEqual([undefined, []]);
    await store.release(runId);
    await store.release(runId);
    expect(await found(other)).toBeUndefined();
  });

  it('is not needed by an attempt that comes behind the record: nothing is started again', async () => {
    const { store: runs } = opened;
    const run = await opened.startRun();
    const [trained, failing] = await recordPlan(runs, run, snapshotOf(['a', 'b']));
    const timeout = { kind: 'failed', reason: 'timeout', message: 'It ran over.' } as const;
    const failed = {
      ...timeout,
      partitionId: failing as string,
      startedAt: STARTED,
      ms: 1,
      log: '',
    };
    const batch = [trainedOf(trained as string), failed];
    const { activityId } = new MockActivityEnvironment({ attempt: 2 }).context.info;
    await runs.recordTraining(run, 0, batch, attempt(1, activityId));
    const engineFor = () => {
      throw new Failure('unreachable', 'No engine here.');
    };
    const objects = { path: (digest: Digest) => digest };
    const dependencies = { runs, bookmarks: store, objects, engineFor };
    const activities = trainBatchActivity(dependencies as unknown as ActivityDependencies);
    const input = { runId: run, batch: 0 };
    const runAttempt = (number: number) =>
      new MockActivityEnvironment({ attempt: number, activityId }).run(() =>
        activities.trainBatch(input),
      );
    expect(await runAttempt(2)).toEqual({ trained: 1, failed: 1 });
    // Only an attempt before it makes it so.
    await expect(runAttempt(1)).rejects.toThrow('No engine here.');
  });
});
