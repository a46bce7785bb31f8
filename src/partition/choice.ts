import type { Digest } from '../domain/digest.ts';
import type { Decision, PartitionReason, PartitionStatus, RunStatus, Verdict } from '../domain/run.ts';
import type { EvaluateFacts } from './facts.ts';

/** What is known of a partition when the choice is made. */
export type Choosable = {
  readonly partitionId: string;
  readonly decision: Decision;
  /** The own best model; null when none was fitted. */
  readonly model: Digest | null;
  readonly failure: PartitionReason | null;
  readonly comparison: EvaluateFacts['comparison'];
};

export type Choice = {
  readonly partitionId: string;
  readonly status: PartitionStatus;
  readonly reason: PartitionReason | null;
  readonly verdict: Verdict | null;
  readonly adjustedPValue: number | null;
  readonly model: Digest | null;
};
