import { defineQuery, defineUpdate } from '@temporalio/workflow';
import type { ScheduledInput } from '../activities/begin-firing.ts';
import type { BatchedStage, RunStatus, Stage } from '../src/domain/run.ts';

export type { ScheduledInput };

/** Input of `experiment`. `carried` is what a continued execution takes over from the one before. */
export type ExperimentInput = {
  readonly runId: string;
  /** Batches in flight at once. */
  readonly concurrency: number;
  readonly carried?: Carried;
};

/** Where a continued execution goes on: a few numbers, never lists (rule T11). */
export type Carried = {
  readonly position: { readonly stage: BatchedStage; readonly next: number };
  readonly plan: Plan;
  readonly paused: boolean;
  readonly counts: Counts;
};

/** How many batches each stage has; null = the stage is not planned yet. */
export type Plan = {
  readonly partitions: number;
  readonly profileBatches: number;
  readonly trainBatches: number | null;
  readonly evaluateBatches: number | null;
  /** Whether a model without partition is trained, and whether that is done. */
  readonly global: 'none' | 'wanted' | 'trained';
  /** The model without partition is trained before the partitions, not beside them. */
  readonly isGlobalFirst?: true;
};

export type Counts = { readonly trained: number; readonly failed: number };

export type RunProgress = {
  readonly runId: string;
  readonly stage: Stage;
  readonly paused: boolean;
  readonly concurrency: number;
  readonly partitions: number;
  readonly trained: number;
  readonly failed: number;
  /** Of the current stage. */
  readonly batches: { readonly done: number; readonly running: number; readonly total: number };
};

export type ExperimentResult = { readonly runId: string; readonly status: RunStatus };

/** More batches than this at once is refused: pending work must stay far below Temporal's limit of 2,000. */
export const MAX_CONCURRENCY = 200;

export const progress = defineQuery<RunProgress>('progress');
export const pause = defineUpdate<RunProgress>('pause');
export const resume = defineUpdate<RunProgress>('resume');
export const setConcurrency = defineUpdate<RunProgress, [{ readonly concurrency: number }]>(
  'setConcurrency',
);
