import type { FailureKind } from './failure.ts';

/** The words for how runs, stages and partitions stand. */
export const STAGES = [
  'snapshot',
  'profile',
  'condition',
  'features',
  'select',
  'train',
  'evaluate',
  'choose',
  'report',
] as const;
export type Stage = (typeof STAGES)[number];
/** The stages that work on many partitions at a time. */
export type BatchedStage = Extract<Stage, 'profile' | 'train' | 'evaluate'>;

export type RunStatus = 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'PARTIAL' | 'FAILED' | 'CANCELLED';

/**
 * `retry` and `reproduce` start from another run: the same spec on the very rows that it read. `drifted` reads the source
 * anew, and keeps the rows that the other one had of every partition that has not drifted.
 */
export type RunMode = 'fresh' | 'retry' | 'reproduce' | 'drifted';

/** `drifted`: a column moved, or the model got worse; `new`, `gone`: only one side has it; `failed`: it can't be compared. */
export const DRIFT_STATUSES = ['drifted', 'failed', 'new', 'gone', 'steady'] as const;
export type DriftStatus = (typeof DRIFT_STATUSES)[number];

/**
 * What a retry fits again. `missing`: what the run never got to; `failed`: that, and what failed; `all`: everything. With a
 * partition (its id), of the failed or trained ones that one alone.
 */
export type Again = {
  readonly which: 'missing' | 'failed' | 'all';
  readonly partition?: string;
};

/** Why a run failed: one sentence, and its kind where it was expected (null: a bug or an outage). */
export type RunError = { readonly message: string; readonly kind: FailureKind | null };

export function isTerminal(status: RunStatus): boolean {
  return status !== 'PENDING' && status !== 'RUNNING';
}

/** How a partition ended (DESIGN §10): `global` = answered by the global model. */
export type PartitionStatus = 'trained' | 'reused' | 'merged' | 'global' | 'skipped' | 'failed';

export type SkipReason = 'too_small' | 'single_class' | 'constant_target' | 'no_target';
export type FailureReason =
  | 'timeout'
  | 'out_of_memory'
  | 'thread_died'
  | 'every_candidate_failed'
  | 'error';
/**
 * `not_compared`: own and global have no scores on the same rows, so the simpler one answers. `not_reached`: the run ended
 * before the partition had its turn. `pooled_evidence`: its own rows leave it open, and by what those like it say together
 * its own model is expected to be the better one.
 */
export type PartitionReason =
  | SkipReason
  | FailureReason
  | 'not_compared'
  | 'not_reached'
  | 'pooled_evidence';

/** What `condition` decides about a partition before training. */
export type Decision =
  | { readonly kind: 'train' }
  /** Trained like others, but too small to answer alone: blended with the model that would answer otherwise. */
  | { readonly kind: 'shrink'; readonly reason: SkipReason }
  | { readonly kind: 'global'; readonly reason: SkipReason }
  | { readonly kind: 'skip'; readonly reason: SkipReason }
  /** It could not even be profiled. */
  | { readonly kind: 'fail'; readonly reason: FailureReason }
  | { readonly kind: 'merge'; readonly reason: SkipReason; readonly into: string };

/** What gives a partition a model of its own. */
export const FITTED: readonly Decision['kind'][] = ['train', 'shrink'];

export function isFitted({ kind }: Decision): boolean {
  return FITTED.includes(kind);
}

/** Who answers for a partition in the model set; a tie goes to the simpler rung. */
export type Verdict = 'own' | 'parent' | 'global' | 'blend' | 'tie';
/** Where a tie goes: to the simpler rung, or where all that are like it together point. */
export const TIE_RULES = ['simpler', 'pooled'] as const;
export type TieRule = (typeof TIE_RULES)[number];
/** Whose model: a partition's own, that of its parent (a union of partitions of one beginning of their keys), or the one without partition. */
export type Scope = 'own' | 'parent' | 'global';
/** The same of one row: a verdict that was a tie has been settled. */
export type Rung = Scope | 'blend';

/** PARTIAL when a partition has no answer by the declared policy, FAILED when none has. */
export function runStatusOf(
  partitions: readonly { readonly status: PartitionStatus }[],
): RunStatus {
  const unanswered = partitions.filter(
    ({ status }) => status === 'failed' || status === 'skipped',
  ).length;
  if (unanswered === 0) return 'SUCCEEDED';
  return unanswered === partitions.length ? 'FAILED' : 'PARTIAL';
}

/** Whether a run with this status answers for any partition. */
export function hasAnswers(status: RunStatus): boolean {
  return status === 'SUCCEEDED' || status === 'PARTIAL';
}
