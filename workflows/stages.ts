import { isCancellation } from '@temporalio/workflow';
import type { BatchedStage, RunStatus, Stage } from '../src/domain/run.ts';
import { barriers, batches, reading, statuses } from './activity-calls.ts';
import { runWindow } from './batch-window.ts';
import type { Carried, Counts, Plan } from './messages.ts';

/** What the stages read from and write to the run's live state. */
export interface StageControl {
  stage: Stage;
  readonly paused: boolean;
  readonly concurrency: number;
  partitions: number;
  counts: Counts;
  batches: { done: number; running: number; total: number };
  waitUntil(predicate: () => boolean): Promise<void>;
  outlast(predicate: () => boolean): Promise<void>;
  isDraining(): boolean;
}

export type StagesOutcome =
  | { readonly kind: 'finished'; readonly status: RunStatus }
  | { readonly kind: 'continued'; readonly carried: Carried };

/**
 * snapshot → profile → condition → (features, select, train) ‖ global → evaluate → choose → report. The barriers are
 * after profile and before evaluate; between them batches run in a window.
 */
export async function runStages(
  runId: string,
  control: StageControl,
  carried: Carried | undefined,
): Promise<StagesOutcome> {
  let plan = carried?.plan ?? (await takeSnapshot(runId, control));
  control.partitions = plan.partitions;
  let position = carried?.position ?? { stage: 'profile' as BatchedStage, next: 0 };
  const goOnFrom = (stage: BatchedStage, next: number): StagesOutcome => ({
    kind: 'continued',
    carried: { position: { stage, next }, plan, paused: control.paused, counts: control.counts },
  });

  if (position.stage === 'profile') {
    const next = await runBatches(control, 'profile', position.next, plan.profileBatches, (batch) =>
      batches(placeOf(batch, plan.profileBatches)).profileBatch({ runId, batch }),
    );
    if (next < plan.profileBatches) return goOnFrom('profile', next);
    control.stage = 'condition';
    const { reused = 0, ...conditioned } = await barriers.conditionRun({ runId });
    plan = { ...plan, ...conditioned };
    control.counts = { ...control.counts, trained: control.counts.trained + reused };
    position = { stage: 'train', next: 0 };
  }

  if (position.stage === 'train') {
    const total = plan.trainBatches ?? 0;
    control.stage = 'train';
    const global =
      plan.global === 'wanted'
        ? batches('the model without partition').trainGlobal({ runId })
        : Promise.resolve();
    if (plan.isGlobalFirst) await global;
    const [next] = await allOrCancelled([
      runBatches(control, 'train', position.next, total, async (batch) => {
        const counts = await batches(placeOf(batch, total)).trainBatch({ runId, batch });
        control.counts = {
          trained: control.counts.trained + counts.trained,
          failed: control.counts.failed + counts.failed,
        };
      }),
      global,
    ]);
    if (plan.global === 'wanted') plan = { ...plan, global: 'trained' };
    if (next < total) return goOnFrom('train', next);
    plan = { ...plan, ...(await barriers.planEvaluation({ runId })) };
    position = { stage: 'evaluate', next: 0 };
  }

  const total = plan.evaluateBatches ?? 0;
  const next = await runBatches(control, 'evaluate', position.next, total, (batch) =>
    batches(placeOf(batch, total)).evaluateBatch({ runId, batch }),
  );
  if (next < total) return goOnFrom('evaluate', next);
  return finish(runId, control);
}

/** `Promise.all`, but a cancelled run goes on only when all have ended: none of them commits after the run's end. */
async function allOrCancelled<First, Second>(
  both: readonly [Promise<First>, Promise<Second>],
): Promise<readonly [First, Second]> {
  try {
    return await Promise.all(both);
  } catch (error) {
    if (isCancellation(error)) await Promise.allSettled(both);
    throw error;
  }
}

async function takeSnapshot(runId: string, control: StageControl): Promise<Plan> {
  control.stage = 'snapshot';
  const taken = await reading.takeSnapshot({ runId });
  return { ...taken, trainBatches: null, evaluateBatches: null, global: 'none' };
}

async function runBatches(
  control: StageControl,
  stage: BatchedStage,
  first: number,
  total: number,
  run: (batch: number) => Promise<unknown>,
): Promise<number> {
  control.stage = stage;
  control.batches = { done: first, running: 0, total };
  return runWindow(
    {
      first,
      total,
      concurrency: () => control.concurrency,
      isPaused: () => control.paused,
      isDraining: () => control.isDraining(),
      waitUntil: (predicate) => control.waitUntil(predicate),
      outlast: (predicate) => control.outlast(predicate),
      run: async (batch) => {
        await run(batch);
      },
    },
    ({ next, running }) => {
      control.batches = { done: next - running, running, total };
    },
  );
}

async function finish(runId: string, control: StageControl): Promise<StagesOutcome> {
  control.stage = 'choose';
  const { status } = await barriers.chooseModels({ runId });
  control.stage = 'report';
  await barriers.writeReport({ runId, status });
  await statuses.endRun({ runId, status, error: null });
  return { kind: 'finished', status };
}

function placeOf(batch: number, total: number): string {
  return `batch ${batch + 1} of ${total}`;
}
