import { MockActivityEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ActivityDependencies } from '../../activities/dependencies.ts';
import { trainBatchActivity } from '../../activities/train-batch.ts';
import type { Digest } from '../../src/domain/digest.ts';
import { Failure } from '../../src/domain/failure.ts';
import type { Engine, GroupedMap, Outcome } from '../../src/engines/engine.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import { lostPack } from '../../src/stores/objects/lost-pack.ts';
import type { WaitingMember } from '../../src/stores/objects/pack-target.ts';
import { createPostgresBookmarkStore } from '../../src/stores/postgres/postgres-bookmark-store.ts';
import { recordPlan, snapshotOf, trainedOf } from '../stores/made-up-run.ts';
import { openRunStore, type TestRunStore } from '../stores/run-store-on-postgres.ts';

const JOB = digestBytes('what the engine has to do');

/** What executors say of a task whose blobs they left. */
function outcomeOf(task: number, { partition }: GroupedMap['tasks'][number]): Outcome {
  const { facts } = trainedOf(partition.id);
  const pack = digestBytes('left');
  const member: WaitingMember = { pack, job: 'job', offset: task, length: 1 };
  const stored = new Map([
    ['model', member],
    ['predictions', member],
  ]);
  // What a function gives is JSON.
  const json = JSON.parse(JSON.stringify(facts));
  return { task, ms: 1, log: '', kind: 'ok', facts: json, blobs: new Map(), stored };
}

describe('a batch whose packs executors left', () => {
  let opened: TestRunStore;
  let started: number;
  let finds: (job: Digest) => Promise<unknown>;
  let attempts: (objects: {
    readonly adopt?: () => Promise<void>;
    readonly dismiss?: () => Promise<void>;
  }) => (number: number) => Promise<unknown>;

  /** A job that goes on without us, and is found by its bookmark. */
  const engine: Pick<Engine, 'map'> = {
    async *map({ tasks }, _signal, bookmark) {
      if ((await bookmark?.find(JOB)) === undefined) {
        started++;
        await bookmark?.begin(JOB, { operation: 'one' });
      }
      yield tasks.map((task, i) => outcomeOf(i, task));
    },
  };

  beforeAll(async () => {
    opened = await openRunStore();
  });
  afterAll(() => opened?.close());
  beforeEach(async () => {
    started = 0;
    const { store: runs } = opened;
    const runId = await opened.startRun();
    await recordPlan(runs, runId, snapshotOf(['a', 'b']));
    const bookmarks = createPostgresBookmarkStore(opened.db);
    finds = (job) => bookmarks.find(runId, job);
    const { activityId } = new MockActivityEnvironment().context.info;
    attempts = (changes) => {
      const objects = {
        path: (digest: Digest) => digest,
        adopt: async () => undefined,
        dismiss: async () => undefined,
        ...changes,
      };
      const dependencies = { runs, bookmarks, objects, engineFor: async () => engine };
      const activities = trainBatchActivity(dependencies as unknown as ActivityDependencies);
      return (attempt) =>
        new MockActivityEnvironment({ attempt, activityId }).run(() =>
          activities.trainBatch({ runId, batch: 0 }),
        );
    };
  });

  const failsOnce = (failure: Failure) => {
    let asked = 0;
    return async () => {
      if (asked++ === 0) throw failure;
    };
  };

  it('is not trained again where the store was away when it was to adopt them', async () => {
    const away = new Failure('unreachable', 'The bucket answers 503.');
    const attempt = attempts({ adopt: failsOnce(away) });
    await expect(attempt(1)).rejects.toThrow(/answers 503/);
    expect(await attempt(2)).toEqual({ trained: 2, failed: 0 });
    expect(started).toBe(1);
    expect(await finds(JOB)).toBeUndefined();
  });

  it('is trained again where one of them is lost', async () => {
    const attempt = attempts({ adopt: failsOnce(lostPack('It is gone.')) });
    await expect(attempt(1)).rejects.toMatchObject({ message: 'It is gone.', nonRetryable: false });
    expect(await attempt(2)).toEqual({ trained: 2, failed: 0 });
    expect(started).toBe(2);
  });

  it('is done when it is recorded, also where they can not be tidied up', async () => {
    const refuse = () => Promise.reject(new Failure('unreachable', 'The bucket answers 503.'));
    expect(await attempts({ dismiss: refuse })(1)).toEqual({ trained: 2, failed: 0 });
    expect(await finds(JOB)).toBeUndefined();
  });
});
