import type { BlendPart } from '../domain/blend.ts';
import type { JsonObject } from '../domain/json.ts';
import type { AskedTask, Metric, Score } from '../domain/metric.ts';
import type { PartitionReason, PartitionStatus, RunStatus, Verdict } from '../domain/run.ts';
import type { TogetherCompared } from '../partition/compare-together.ts';
import type { Interval, PlotFacts, SideScores } from '../partition/evaluate-facts.ts';
import type { SelectionFacts } from '../partition/selection-facts.ts';
import type { CandidateFacts, Explanation } from '../partition/train-facts.ts';
import type { Spec } from '../spec/spec.ts';
import type { Bin } from './histogram.ts';

/**
 * Everything a report says, as data. Its size does not grow with the number of partitions: lists are cut at the limits
 * of `collect-facts.ts`, and what is cut is counted.
 */
export type ReportFacts = {
  readonly run: RunIdentity;
  readonly question: Question;
  readonly data: DataFacts;
  readonly coverage: readonly CoverageRow[];
  readonly verdicts: {
    readonly own: number;
    /** A parent's model clearly better; left out where there is none. */
    readonly parent?: number;
    readonly global: number;
    readonly tie: number;
    /** No clear difference, and the own model answers by what partitions like it say together; left out where none does. */
    readonly pooled?: number;
  };
  /** Unions of partitions, where they were asked for: their own model against the one without partition. */
  readonly parents?: readonly PartitionRow[];
  /** Small partitions that own and global answer together, where there are some. */
  readonly blended?: number;
  readonly totals: Totals;
  readonly global: ModelSection | null;
  readonly algorithms: readonly AlgorithmRow[];
  readonly partitions: { readonly total: number; readonly shown: readonly PartitionRow[] };
  /** Own minus global of every compared partition, in bins. */
  readonly lift: readonly Bin[];
  /** Cross-validation scores of the own models, in bins; left out where they are few. */
  readonly scores?: readonly Bin[];
  readonly details: readonly ModelSection[];
  readonly stability: readonly { readonly column: string; readonly share: number }[];
  readonly timings: readonly { readonly stage: string; readonly ms: number }[];
  readonly spec: Spec;
};

export type RunIdentity = {
  readonly runId: string;
  readonly experiment: string;
  readonly status: RunStatus;
  readonly requestedBy: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly specDigest: string;
  readonly snapshotDigest: string | null;
  readonly error: string | null;
};

export type Question = {
  readonly task: AskedTask;
  readonly target: string;
  readonly metric: Metric;
  readonly isLowerBetter: boolean;
  readonly partitionBy: readonly string[];
  readonly classes: readonly string[];
};

export type DataFacts = {
  readonly source: string;
  readonly rows: number;
  readonly partitions: number;
  readonly excluded: readonly { readonly reason: string; readonly rows: number }[];
  /** Where the rows went: fitted and cross-validated, fitted only, kept aside. */
  readonly split: {
    readonly crossValidated: number;
    readonly trainingOnly: number;
    readonly holdout: number;
  };
  /** Rows per class, the most frequent first, at most 20; none for a number. */
  readonly classes: readonly { readonly label: string; readonly rows: number }[];
  readonly columns: readonly ColumnSummary[];
  readonly warnings: readonly string[];
};

export type ColumnSummary = {
  readonly name: string;
  readonly kind: string;
  readonly missing: number;
  readonly min: number | null;
  readonly max: number | null;
  /** Over all rows. */
  readonly mean: number | null;
  /** Fewest and most distinct values in a partition. */
  readonly distinct: readonly [number, number];
};

export type CoverageRow = {
  readonly status: PartitionStatus;
  readonly reason: PartitionReason | null;
  readonly count: number;
  readonly examples: readonly string[];
};

export type Totals = {
  readonly own: SideScores | null;
  readonly global: SideScores | null;
  readonly served: SideScores | null;
  /** Own minus global of all partitions taken together; left out for few. */
  readonly comparison?: TogetherCompared;
};

export type PartitionRow = {
  readonly name: string;
  readonly rows: number;
  readonly status: PartitionStatus;
  readonly reason: string | null;
  /** What went wrong, where it failed. */
  readonly message: string | null;
  readonly algorithm: string | null;
  /** Cross-validation score of answering the same for every row; null when `baseline` was no candidate. */
  readonly baseline: Score | null;
  readonly runnerUp: { readonly algorithm: string; readonly margin: number } | null;
  readonly own: SideScores | null;
  readonly global: SideScores | null;
  /** Its parent's model on the same rows, and how far own is ahead of it; left out where there is none. */
  readonly parent?: {
    readonly name: string;
    readonly scores: SideScores;
    readonly difference: number | null;
    readonly interval: Interval | null;
  };
  /** Own ahead of global; positive = own is better, whatever the metric's direction. */
  readonly difference: number | null;
  readonly interval: Interval | null;
  readonly verdict: Verdict | null;
  /** Where own and global answer together: how much of each, and what that scores. */
  readonly blend: {
    readonly parts: readonly BlendPart[];
    readonly scores: SideScores | null;
  } | null;
  /** Digest of the model that answers. */
  readonly model: string | null;
  /** Digest of the own best model, whoever answers. */
  readonly ownModel: string | null;
};

/** One model shown in full: of a partition, or the one without partition. */
export type ModelSection = {
  readonly name: string;
  readonly rows: number;
  readonly algorithm: string;
  readonly parameters: JsonObject;
  readonly model: string;
  readonly scores: SideScores | null;
  readonly candidates: readonly Pick<
    CandidateFacts,
    'algorithm' | 'parameters' | 'cv' | 'foldScores' | 'fitMs' | 'because'
  >[];
  readonly best: number;
  readonly importance: readonly { readonly feature: string; readonly share: number }[];
  /** Left out where the spec does not ask for it, or no holdout row has a score. */
  readonly explanation?: Explanation;
  readonly selection: SelectionFacts;
  /** The run that selected, where the model was fitted on what that one had selected. */
  readonly selectionOrigin?: string;
  readonly plots: PlotFacts | null;
};

export type AlgorithmRow = {
  readonly algorithm: string;
  /** Partitions where it was the best, was fitted, failed. */
  readonly wins: number;
  readonly fitted: number;
  readonly failed: number;
  readonly meanRank: number | null;
  readonly globalScore: Score | null;
  readonly fitMs: number;
};
