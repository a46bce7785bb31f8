import type { BlendPart } from '../domain/blend.ts';
import type { Digest } from '../domain/digest.ts';
import type {
  Decision,
  PartitionReason,
  PartitionStatus,
  Scope,
  Stage,
  Verdict,
} from '../domain/run.ts';
import type { PackMember } from './objects/pack.ts';

/** What has been recorded of a stage so far. */
export type StageRecord = {
  readonly stage: Stage;
  readonly startedAt: string;
  readonly endedAt: string;
  /** Steps: batches, and the model without partition. */
  readonly done: number;
  readonly attempts: number;
};

/** How a partition stands: what the run chose for it, or how far it is. */
export type PartitionState = PartitionStatus | 'waiting';

/** A partition in a bounded number of bytes, whatever is known of it. */
export type PartitionCell = {
  /** Position in text order. */
  readonly ordinal: number;
  readonly partitionId: string;
  readonly text: string;
  readonly rows: number;
  /** Null before `condition`. */
  readonly decision: Decision['kind'] | null;
  readonly state: PartitionState;
  readonly reason: PartitionReason | null;
  readonly verdict: Verdict | null;
  /** Of the own best model. */
  readonly algorithm: string | null;
  readonly cv: number | null;
  readonly holdout: number | null;
  readonly globalCv: number | null;
  readonly globalHoldout: number | null;
  readonly difference: number | null;
  /** Digest of the model that answers. */
  readonly model: Digest | null;
  readonly trainedAt: string | null;
  readonly trainMs: number | null;
};

export type CellsQuery = {
  /** Ordinal that the page before ended with; −1 for the first page. */
  readonly after: number;
  readonly limit: number;
  readonly state?: PartitionState | undefined;
  /** A part of the text, whatever its case. */
  readonly search?: string | undefined;
  /** Of these only. */
  readonly ids?: readonly string[] | undefined;
  /** Only those that this run has not. */
  readonly missingIn?: string | undefined;
};

/** One recorded attempt at a step. Ids grow in the order in which attempts can be seen. */
export type AttemptRecord = {
  readonly id: number;
  readonly stage: Stage;
  readonly scope: Scope;
  readonly batch: number;
  readonly attempt: number;
  readonly worker: string;
  readonly outcome: 'SUCCEEDED' | 'DUPLICATE' | 'LOST' | 'FAILED';
  /** When it was put into the queue; null where that is not known. */
  readonly queuedAt: string | null;
  readonly startedAt: string;
  readonly endedAt: string;
  /** Of the batch; null where the stage has no batches. */
  readonly partitions: number | null;
};

export type FailureGroup = {
  readonly reason: string;
  readonly count: number;
  /** The most frequent, at most 5. */
  readonly messages: readonly { readonly message: string; readonly count: number }[];
  /** At most 20. */
  readonly partitions: readonly { readonly partitionId: string; readonly text: string }[];
};

/** Who answers for a partition, and where its own model is. */
export type ServingRecord = {
  readonly text: string;
  /** False: the run ended before it chose. */
  readonly isChosen: boolean;
  /** Null: nobody. */
  readonly serves: Digest | null;
  readonly reason: string | null;
  readonly own: { readonly digest: Digest; readonly bytes: PackMember } | null;
  /** Half the width of the intervals around what its own, its parent's and the global model predict for it; null: there are none. */
  readonly reach: {
    readonly own: number | null;
    readonly parent: number | null;
    readonly global: number | null;
  };
  /** Present where several models answer together, which `serves` is the digest of; `reach` as above. */
  readonly blend: { readonly parts: readonly BlendPart[]; readonly reach: number | null } | null;
};

/** What people look at while a run goes on and afterwards; every answer is bounded, or a page. */
export interface RunFactsStore {
  /** In no order; a stage without a recorded step is absent. */
  stageRecords(runId: string): Promise<readonly StageRecord[]>;
  /** Planned batches by stage. */
  batchCounts(runId: string): Promise<{ readonly [stage: string]: number }>;
  /** In text order; before `condition`, the partitions of the snapshot. */
  partitionCells(runId: string, query: CellsQuery): Promise<readonly PartitionCell[]>;
  partitionStates(runId: string): Promise<{ readonly [state in PartitionState]?: number }>;
  /** Of each run that has such partitions: how many nobody answers for. */
  unanswered(runIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** The canonical text of a partition. Throws `Failure('not-found')`. */
  partitionText(runId: string, partitionId: string): Promise<string>;
  /** With a greater id than `after`, ascending. What is still being committed waits, so that no id is ever passed over. */
  attempts(
    runId: string,
    page: { readonly after: number; readonly limit: number },
  ): Promise<readonly AttemptRecord[]>;
  failures(runId: string): Promise<readonly FailureGroup[]>;
  /** Whether the training of a partition was taken over from an earlier run. */
  isTakenOver(runId: string, partitionId: string): Promise<boolean>;
  /** Every partition of a run, in text order; or every parent, which answers for partitions that training has not seen. */
  serving(runId: string, of: 'partitions' | 'parents'): Promise<readonly ServingRecord[]>;
}
