import { fileURLToPath } from 'node:url';
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inActivity } from '../../activities/activity-scope.ts';
import type { Activities } from '../../activities/index.ts';
import { Failure } from '../../src/domain/failure.ts';
import type { RunProgress } from '../../workflows/messages.ts';
import { fakeActivities } from '../support/fake-activities.ts';
import { startTestTemporal } from '../support/temporal.ts';

/** An execution is asked to continue as new after this many events instead of thousands. */
const HISTORY_EVENTS = 120;
const SHORT_HISTORIES = [
  '--dynamic-config-value',
  `limit.historyCount.suggestContinueAsNew=${HISTORY_EVENTS}`,
];

let temporal: TestWorkflowEnvironment;
let code: string;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  const workflowsPath = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));
  const bundle = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  code = bundle.code;
  temporal = await startTestTemporal(SHORT_HISTORIES);
});
afterAll(async () => {
  await temporal?.teardown();
});

async function withWorker<Result>(
  name: string,
  activities: Activities,
  work: () => Promise<Result>,
): Promise<Result> {
  const worker = await Worker.create({
    connection: temporal.nativeConnection,
    taskQueue: name,
    workflowBundle: { code },
    activities,
  });
  return worker.runUntil(work);
}

function start(name: string, concurrency = 2) {
  const args = [{ runId: name, concurrency }];
  return temporal.client.workflow.start('experiment', { taskQueue: name, workflowId: name, args });
}

describe('experiment workflow', () => {
  it('goes from the snapshot to the report, with barriers after profile and before evaluate', async () => {
    const { activities, calls, ended } = fakeActivities();
    const result = await withWorker('straight', activities, async () =>
      (await start('straight')).result(),
    );
    expect(result).toEqual({ runId: 'straight', status: 'SUCCEEDED' });
    expect(calls.slice(0, 2)).toEqual(['beginRun', 'takeSnapshot']);
    expect(calls.slice(2, 4).sort()).toEqual(['profileBatch 0', 'profileBatch 1']);
    expect(calls[4]).toBe('conditionRun');
    expect(calls.slice(5, 9).sort()).toEqual([
      'trainBatch 0',
      'trainBatch 1',
      'trainBatch 2',
      'trainGlobal',
    ]);
    expect(calls.slice(9)).toEqual([
      'planEvaluation',
      'evaluateBatch 0',
      'chooseModels',
      'writeReport',
      'endRun',
    ]);
    expect(ended).toEqual([{ status: 'SUCCEEDED', error: null }]);
  });

  it('trains the model without partition before the partitions that begin with what it found', async () => {
    const asked: (string | null | undefined)[] = [];
    const { activities, calls } = fakeActivities({
      conditionRun: async () => ({ trainBatches: 2, global: 'wanted', isGlobalFirst: true }),
      trainGlobal: async () => {
        const { raw } = await temporal.client.workflow.getHandle('warm').describe();
        asked.push(...(raw.pendingActivities ?? []).map(({ activityType }) => activityType?.name));
      },
    });
    await withWorker('warm', activities, async () => (await start('warm')).result());
    expect(asked).toEqual(['trainGlobal']);
    const trained = calls.filter((call) => call.startsWith('train'));
    expect(trained.sort()).toEqual(['trainBatch 0', 'trainBatch 1']);
  });

  it('starts nothing while paused, and tells so', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { activities, calls } = fakeActivities({
      takeSnapshot: async () => {
        await held;
        return { partitions: 1, profileBatches: 1 };
      },
    });
    await withWorker('paused', activities, async () => {
      const run = await start('paused');
      const paused = await run.executeUpdate<RunProgress, []>('pause');
      expect(paused.paused).toBe(true);
      release();
      await run.executeUpdate('setConcurrency', { args: [{ concurrency: 3 }] });
      expect((await run.query<RunProgress>('progress')).paused).toBe(true);
      expect(calls).not.toContain('profileBatch 0');
      await run.executeUpdate('resume');
      await run.result();
    });
    expect(calls).toContain('profileBatch 0');
  });

  it.each([0, -1, 1.5, 1e9, 'four'])(
    'refuses a concurrency of %s and keeps the one it has',
    async (concurrency) => {
      let release = () => {};
      const held = new Promise<void>((resolve) => {
        release = resolve;
      });
      const { activities } = fakeActivities({
        takeSnapshot: async () => {
          await held;
          return { partitions: 1, profileBatches: 1 };
        },
      });
      const name = `concurrency ${concurrency}`;
      await withWorker(name, activities, async () => {
        const run = await start(name);
        await expect(
          run.executeUpdate('setConcurrency', { args: [{ concurrency }] }),
        ).rejects.toThrow();
        expect((await run.query<RunProgress>('progress')).concurrency).toBe(2);
        release();
        await run.result();
      });
    },
  );

  it('ends FAILED with the innermost message and its kind when a failure is final, without trying again', async () => {
    let tries = 0;
    const { activities, ended } = fakeActivities({
      takeSnapshot: async () =>
        inActivity(async () => {
          tries++;
          throw new Failure('invalid-data', 'Column "speed" is not in the table.');
        }),
    });
    await withWorker('failing', activities, async () => {
      await expect((await start('failing')).result()).rejects.toThrow();
    });
    expect(tries).toBe(1);
    const error = { message: 'Column "speed" is not in the table.', kind: 'invalid-data' };
    expect(ended).toEqual([{ status: 'FAILED', error }]);
  });

  it('ends FAILED within three quick attempts when an activity has a bug', async () => {
    let tries = 0;
    const { activities, ended } = fakeActivities({
      conditionRun: async () =>
        inActivity(async () => {
          tries++;
          throw new TypeError('undefined is not a function');
        }),
    });
    await withWorker('bug', activities, async () => {
      await expect((await start('bug')).result()).rejects.toThrow();
    });
    expect(tries).toBe(3);
    expect(ended).toEqual([
      { status: 'FAILED', error: { message: 'undefined is not a function', kind: null } },
    ]);
  });

  it('tries an outage again for longer than a bug', async () => {
    let tries = 0;
    const { activities, ended } = fakeActivities({
      profileBatch: async ({ batch }) =>
        inActivity(async () => {
          if (batch === 0 && ++tries <= 3)
            throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
        }),
    });
    await withWorker('outage', activities, async () => (await start('outage')).result());
    expect(tries).toBe(4);
    expect(ended[0]?.status).toBe('SUCCEEDED');
  });

  it('ends CANCELLED when asked to', async () => {
    const { activities, ended } = fakeActivities();
    await withWorker('cancelled', activities, async () => {
      const run = await start('cancelled');
      await run.executeUpdate('pause');
      await run.cancel();
      await expect(run.result()).rejects.toThrow();
    });
    expect(ended).toEqual([{ status: 'CANCELLED', error: null }]);
  });

  it('continues as new when its history grows, and still runs every batch once', async () => {
    const total = 60;
    const { activities, calls } = fakeActivities({
      conditionRun: async () => ({ trainBatches: total, global: 'none' }),
    });
    const result = await withWorker('long', activities, async () => {
      const run = await start('long');
      const finished = await run.result();
      const first = temporal.client.workflow.getHandle('long', run.firstExecutionRunId, {
        followRuns: false,
      });
      expect((await first.describe()).status.name).toBe('CONTINUED_AS_NEW');
      return finished;
    });
    expect(result).toEqual({ runId: 'long', status: 'SUCCEEDED' });
    const trained = calls.filter((call) => call.startsWith('trainBatch'));
    expect(new Set(trained).size).toBe(total);
    expect(trained).toHaveLength(total);
    expect(calls.filter((call) => call === 'takeSnapshot')).toHaveLength(1);
  });

  it('says under the same name what its messages are called', async () => {
    const messages = await import('../../workflows/messages.ts');
    for (const name of ['progress', 'pause', 'resume', 'setConcurrency'] as const) {
      expect(messages[name].name).toBe(name);
    }
  });
});

describe('a scheduled run', () => {
  it('begins one run and lasts as long as that, however it ends', async () => {
    const { activities, calls } = fakeActivities({
      trainBatch: () =>
        inActivity(async () => {
          throw new Failure('invalid-data', 'There is nothing to learn.');
        }),
    });
    const input = { schedule: 'nightly', policy: 'all' };
    const result = await withWorker('nightly', activities, async () => {
      const handle = await temporal.client.workflow.start('scheduledRun', {
        taskQueue: 'nightly',
        workflowId: 'nightly',
        args: [input],
      });
      return handle.result() as Promise<unknown>;
    });
    expect(result).toEqual({ runId: 'of nightly', status: 'FAILED' });
    expect(calls.filter((call) => call === 'beginFiring' || call === 'endRun')).toEqual([
      'beginFiring',
      'endRun',
    ]);
  });
});
