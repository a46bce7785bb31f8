import { IllegalStateError } from '@temporalio/common';
import {
  DefaultLogger,
  GracefulShutdownPeriodExpiredError,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import type { Activities } from '../../activities/index.ts';
import {
  connectionOptions,
  type PayloadKeys,
  TASK_QUEUE,
  type TemporalAddress,
} from './connection.ts';
import { dataConverter } from './payload-codec.ts';
import type { Tracing } from './tracing.ts';
import { workflowBundle, workflowVersion } from './workflow-bundle.ts';

export type WorkerOptions = {
  readonly temporal: TemporalAddress;
  readonly activities: Activities;
  /** Batches processed at once by this worker. */
  readonly concurrency: number;
  /** What encrypts all that Temporal keeps; none: it is kept as it is. */
  readonly keys?: PayloadKeys;
  /** Of runs that were started traced; null: what they say of themselves is dropped. */
  readonly tracing?: Tracing | null;
  /** A run that this worker begins goes on with workers of its version alone. Default: with any. */
  readonly isPinned?: boolean;
  /** Compiled; default: those of this build. */
  readonly workflows?: string;
};

/** Of Temporal's: all workers of this system, in whatever version. */
export const DEPLOYMENT = 'partita';

/** A run that was started traced, and has come to a worker that is not told where traces go. */
const UNTRACED = { sinks: { exporter: { export: { fn: () => undefined } } } };

/** A worker that polls until `stop` aborts, then drains what runs; `onReady` is called once it polls. */
export async function runWorker(
  options: WorkerOptions,
  stop: AbortSignal,
  onReady: () => void,
): Promise<void> {
  const { temporal, keys = [], tracing = null, isPinned = false } = options;
  const connection = await NativeConnection.connect(await connectionOptions(temporal));
  try {
    const code = options.workflows ?? (await workflowBundle());
    const version = { deploymentName: DEPLOYMENT, buildId: workflowVersion(code) };
    const worker = await Worker.create({
      connection,
      namespace: temporal.namespace,
      taskQueue: TASK_QUEUE,
      workflowBundle: { code },
      workerDeploymentOptions: isPinned
        ? { version, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' }
        : { version, useWorkerVersioning: false },
      // A run that these workflows can't go on with ends, instead of being tried again for ever.
      workflowFailureErrorTypes: { '*': ['NondeterminismError'] },
      ...dataConverter(keys),
      ...(tracing?.worker ?? UNTRACED),
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
    await running.catch((error: unknown) => {
      if (!stop.aborted || !isForcedEnd(error)) throw error;
    });
  } finally {
    await connection.close();
  }
}

/**
 * Whether it was told to end and did not in `shutdownForceTime`: an activity heeds nothing, or a poll of the SDK's never comes
 * back, and then it says that the worker is still in use. What it had begun is taken up again elsewhere.
 */
function isForcedEnd(error: unknown): boolean {
  if (error instanceof GracefulShutdownPeriodExpiredError) return true;
  return error instanceof IllegalStateError && error.message.startsWith('Worker still in use');
}

/**
 * Our processes decide themselves when to end: the runtime must not catch their signals. Call once per process.
 * `metricsAddress`: IP address and port at which Prometheus can ask how the worker does.
 */
export function installRuntime(metricsAddress: string | null): void {
  Runtime.install({
    shutdownSignals: [],
    logger: new DefaultLogger('WARN'),
    ...(metricsAddress !== null && {
      telemetryOptions: { metrics: { prometheus: { bindAddress: metricsAddress } } },
    }),
  });
}
