import type { Metric } from '../domain/metric.ts';
import type { PartitionKey } from '../domain/partition.ts';
import type { Decision } from '../domain/run.ts';
import type { DivisionAdvice, DivisionVerdict } from '../partition/advise/advice.ts';
import type { EstimateBasis } from './estimate-training.ts';

/** What a run would train, told before it does. */
export type RunPlan = {
  readonly source: string;
  readonly rows: number;
  readonly partitions: readonly PlannedRow[];
  /** Unions of partitions with a model for each; left out where there is none. */
  readonly parents?: number;
  readonly candidates: number;
  /** The most candidates that are averaged as one more; left out where none are. */
  readonly ensemble?: number;
  /** Fits that training takes where nothing is known: candidates × folds and the final ones, own and global. */
  readonly fits: number;
  /** Of these, those of models that earlier runs have fitted from the same, parents and the model without partition among them: no time is estimated for them. */
  readonly knownFits: number;
  /** Partitions that earlier runs have fitted from the same, and those of the others for which they have selected columns; neither parents nor the model without partition count. Left out where there are none. */
  readonly takenOver?: { readonly models: number; readonly selections: number };
  /** Of training, by `estimateBasis`: the times of earlier runs, what is known of the algorithms, or some of both. */
  readonly estimatedSeconds: number;
  readonly estimateBasis: EstimateBasis;
  readonly warnings: readonly string[];
};

export type PlannedRow = {
  readonly key: PartitionKey;
  readonly partition: string;
  readonly rows: number;
  readonly decision: Decision;
  /** The share of its cells that hold nothing; null where nobody looked into it. */
  readonly missing: number | null;
  /** Its rows by class, the most frequent first, at most five; none for a number. */
  readonly classes: readonly { readonly label: string; readonly rows: number }[];
};

/** Whether to partition the table, and by what: nothing of it is recorded. */
export type Advice = {
  readonly source: string;
  readonly metric: Metric;
  readonly rows: number;
  /** Rows that models were judged on. */
  readonly sampled: number;
  readonly advice: {
    /** Null: do not partition. */
    readonly partition: readonly string[] | null;
    /** `differs`: partitions differ, but models of their own are not surely better. `nothing_to_try`: no column can be a key. */
    readonly because: DivisionVerdict | 'nothing_to_try';
  };
  /** One model of the whole table. */
  readonly withoutPartition: { readonly score: number | null } & TrainingCost;
  /** The best first; those that do not pay stand below the table as it is. */
  readonly divisions: readonly AdvisedDivision[];
  /** Divisions that the permutation test looked at; those that promised least are in none of the lists. */
  readonly tested: number;
  readonly notTried: readonly { readonly column: string; readonly because: string }[];
  readonly estimateBasis: EstimateBasis;
  readonly warnings: readonly string[];
};

/** What a run takes, the model without partition included. */
export type TrainingCost = { readonly fits: number; readonly estimatedSeconds: number };
export type AdvisedDivision = Omit<DivisionAdvice, 'ownRows'> & TrainingCost;
