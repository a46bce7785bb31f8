import type { BlendPart } from '../domain/blend.ts';
import type { Digest } from '../domain/digest.ts';
import type { JsonObject } from '../domain/json.ts';
import type { Metric } from '../domain/metric.ts';
import type { PartitionStatus, RunStatus, Scope, Stage, Verdict } from '../domain/run.ts';
import type { Snapshot } from '../sources/snapshot.ts';
import type { PackMember } from './objects/pack.ts';
import type { CodeVersion } from './run-records.ts';

/** A candidate that stood beside the best one, with what it scored. */
export type LineageCandidate = {
  readonly algorithm: string;
  readonly parameters: JsonObject;
  /** u64 as decimal text. */
  readonly seed: string;
  readonly status: 'ok' | 'failed' | 'dropped';
  readonly because: string | null;
  readonly cv: number | null;
  readonly foldScores: readonly (number | null)[];
  readonly isBest: boolean;
};

/** An edge of the lineage graph: what the steps of a partition read and made. */
export type LineageEdge = {
  readonly stage: Stage;
  readonly direction: 'in' | 'out';
  readonly role: string;
  readonly digest: Digest;
};

/** One (run, partition) that made the model: which data, spec, code, parameters and seed. */
export type ModelMaking = {
  readonly model: Digest;
  readonly runId: string;
  readonly experiment: string;
  readonly status: RunStatus;
  readonly requestedBy: string;
  readonly createdAt: string;
  /** The run that fitted it, where this one took it over. */
  readonly origin: string | null;
  /** The alarm: a step of this run gave another result when it ran again. */
  readonly notReproducible: string | null;
  readonly scope: Scope;
  readonly partitionId: string;
  readonly partition: string;
  readonly spec: Digest;
  readonly data: {
    /** Of the rows of this partition. */
    readonly rows: Digest;
    readonly rowCount: number;
    readonly snapshot: Digest;
    readonly schema: Digest;
    readonly source: Snapshot['source'];
    readonly folds: Digest;
  };
  readonly code: CodeVersion;
  readonly environment: { readonly digest: Digest; readonly facts: JsonObject };
  /** The run's seed; `seed` is the model's own, made from it. */
  readonly rootSeed: number;
  readonly seed: string;
  readonly algorithm: string;
  readonly parameters: JsonObject;
  readonly features: readonly string[];
  readonly trainedRows: number;
  readonly selection: {
    readonly method: string;
    readonly kept: readonly string[];
    readonly dropped: readonly string[];
    /** The run that selected, where this one took that over. */
    readonly origin: string | null;
  } | null;
  readonly candidates: readonly LineageCandidate[];
  readonly scores: readonly {
    readonly scope: Scope;
    readonly split: 'cv' | 'holdout';
    readonly metric: Metric;
    readonly value: number | null;
    readonly because: string | null;
  }[];
  /** Who answers for the partition, this model or another; null before the choice, and for the model without partition. */
  readonly answer: {
    readonly status: PartitionStatus;
    readonly verdict: Verdict | null;
    readonly model: Digest | null;
    /** Where several models answer together: which, and how much of each. */
    readonly blend: readonly BlendPart[] | null;
  } | null;
  /** Every attempt at the training step, in the order in which they were recorded. */
  readonly attempts: readonly {
    readonly attempt: number;
    readonly worker: string;
    readonly outcome: string;
    readonly startedAt: string;
    readonly endedAt: string;
  }[];
  readonly edges: readonly LineageEdge[];
};

/** A partition for which the model answers. */
export type ModelUse = {
  readonly runId: string;
  readonly partition: string;
  readonly status: PartitionStatus;
  readonly verdict: Verdict | null;
};

export type ModelLineage = {
  readonly model: Digest;
  /** Present where the digest is of several models that answer together: the makings are theirs, and it has no bytes. */
  readonly blend: readonly BlendPart[] | null;
  readonly byteSize: number | null;
  /** Where its bytes lie: in every pack the same. */
  readonly places: readonly PackMember[];
  /** Equal bytes are one model: every (run, partition) that made it, the newest run first, at most 100. */
  readonly makings: readonly ModelMaking[];
  readonly makingCount: number;
  /** Downstream: at most 100 of the partitions it answers for. */
  readonly uses: readonly ModelUse[];
  readonly useCount: number;
};

/** What made a run, besides its spec and data. */
export type RunMakers = { readonly code: CodeVersion; readonly environment: JsonObject };

/** An attempt to make the models of a run again, as the audit trail tells of it. */
export type ReproductionRecord = {
  /** The run that tried; null: its rows were not there any more. */
  readonly runId: string | null;
  readonly isReproduced: boolean;
  readonly cause: string | null;
  readonly at: string;
  readonly actor: string;
};

/** Where things came from, and what became of them. */
export interface LineageStore {
  /**
   * Takes a digest or the beginning of one, with or without `sha256:`. Throws `Failure('not-found')` with the nearest
   * model, `Failure('usage')` when several models begin so.
   */
  lineageOfModel(digestPrefix: string): Promise<ModelLineage>;
  /** Code and machine that a run was recorded with; takes its full id. */
  makersOfRun(runId: string): Promise<RunMakers>;
  /** The newest first, at most 100; takes the full id of the run whose models were to be made again. */
  reproductionsOf(runId: string): Promise<readonly ReproductionRecord[]>;
}
