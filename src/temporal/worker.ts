import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { Activities } from '../../activities/index.ts';
import { TASK_QUEUE, type TemporalAddress } from './connection.ts';
import { workflowBundle } from './workflow-bundle.ts';

export type WorkerOptions = {
  readonly temporal: TemporalAddress;
  readonly activities: Activities;
  /** Batches processed at once by this worker. */
  readonly concurrency: number;
};

/** A worker that polls until `stop` aborts, then drains what runs; `onReady` is called once it polls. */
export async function runWorker(
  options: WorkerOptions,
  stop: AbortSignal,
  onReady: () => void,
): Promise<void> {
  const { temporal } = options;
  const connection = await NativeConnection.connect({
    address: temporal.address,
    ...(temporal.tls ? { tls: true } : {}),
    ...(temporal.apiKey === undefined ? {} : { apiKey: temporal.apiKey }),
  });
  try {
    const worker = await Worker.create({
      connection,
      namespace: temporal.namespace,
      taskQueue: TASK_QUEUE,
      workflowBundle: { code: await workflowBundle() },
      activities: options.activities,
      maxConcurrentActivityTaskExecutions: options.concurrency,
      // Who watches a run sees what heartbeats carry.
      maxHeartbeatThrottleInterval: '3 seconds',
      // The embedded stack waits for it; a batch that does not end by then is taken up again elsewhere.
      shutdownGraceTime: '5 seconds',
      shutdownForceTime: '30 seconds',
    });
    if (stop.aborted) return;
    stop.addEventListener('abort', () => worker.shutdown(), { once: true });
    const running = worker.run();
    onReady();
    await running;
  } finally {
    await connection.close();
  }
}

/** Our processes decide themselves when to end: the runtime must not catch their signals. Call once per process. */
export function installRuntime(): void {
  Runtime.install({ shutdownSignals: [], logger: new DefaultLogger('WARN') });
}
