import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { connectLiveRuns } from '../../../src/temporal/runs.ts';
import { installRuntime, runWorker } from '../../../src/temporal/worker.ts';
import { fakeActivities } from '../../support/fake-activities.ts';
import { startTestTemporal } from '../../support/temporal.ts';

let temporal: TestWorkflowEnvironment;
beforeAll(async () => {
  installRuntime(null);
  temporal = await startTestTemporal();
});
afterAll(() => temporal?.teardown());

it('a worker that is told to stop ends though an activity of it heeds nothing', async () => {
  const at = { address: temporal.address, namespace: 'default', tls: false } as const;
  const stop = new AbortController();
  const { promise: begun, resolve: hasBegun } = gate();
  const { promise: atLast, resolve: letGo } = gate();
  const { activities, calls } = fakeActivities({
    takeSnapshot: async () => {
      hasBegun();
      await atLast;
      return { partitions: 1, profileBatches: 1 };
    },
  });
  const runs = await connectLiveRuns(at);
  const worker = { temporal: at, activities, concurrency: 1 };
  const running = runWorker(worker, stop.signal, () => undefined);
  const about = { experiment: 'asset-status', spec: 'sha256:00', mode: 'fresh' } as const;
  await runs.start('run:forced', { runId: 'forced', concurrency: 1 }, about);
  await begun;
  stop.abort();
  await running;
  expect(calls).toEqual(['beginRun']);
  letGo();
  await runs.close();
}, 120_000);

/** A promise that is kept from outside. */
function gate(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((kept) => {
    resolve = kept;
  });
  return { promise, resolve };
}
