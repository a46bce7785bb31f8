import type { Activities } from '../../activities/index.ts';
import type { RunError, RunStatus } from '../../src/domain/run.ts';

/** Activities that note what was asked of them; `changes` replace single ones. */
export function fakeActivities(changes: Partial<Activities> = {}) {
  const calls: string[] = [];
  const ended: { status: RunStatus; error: RunError | null }[] = [];
  const note = (name: string, batch?: number) =>
    calls.push(batch === undefined ? name : `${name} ${batch}`);
  const activities: Activities = {
    beginFiring: async ({ firing }) => {
      note('beginFiring');
      return { runId: `of ${firing}`, workflowId: `run of ${firing}`, concurrency: 2 };
    },
    beginRun: async () => void note('beginRun'),
    takeSnapshot: async () => {
      note('takeSnapshot');
      return { partitions: 30, profileBatches: 2 };
    },
    profileBatch: async ({ batch }) => void note('profileBatch', batch),
    conditionRun: async () => {
      note('conditionRun');
      return { trainBatches: 3, global: 'wanted' };
    },
    trainBatch: async ({ batch }) => {
      note('trainBatch', batch);
      return { trained: 10, failed: 0 };
    },
    trainGlobal: async () => void note('trainGlobal'),
    planEvaluation: async () => {
      note('planEvaluation');
      return { evaluateBatches: 1 };
    },
    evaluateBatch: async ({ batch }) => void note('evaluateBatch', batch),
    chooseModels: async () => {
      note('chooseModels');
      return { status: 'SUCCEEDED' };
    },
    writeReport: async () => void note('writeReport'),
    endRun: async ({ status, error }) => {
      note('endRun');
      ended.push({ status, error });
    },
    ...changes,
  };
  return { activities, calls, ended };
}
