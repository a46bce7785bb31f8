import type { BlendPart } from './blend.ts';
import type { Digest } from './digest.ts';
import type { FailureKind } from './failure.ts';
import type { JsonObject } from './json.ts';
import type { AskedTask, Metric } from './metric.ts';
import type { PartitionKey } from './partition.ts';
import type { PartitionReason, PartitionStatus, RunMode, RunStatus, Verdict } from './run.ts';

/** A score in the metric's own direction; null when there is none, with the reason in the row's `because`. Never NaN. */
export type ScoreValue = number | null;

/** Prediction intervals, checked on holdout rows. */
export type IntervalCoverage = {
  /** The share of rows that was asked for. */
  readonly level: number;
  /** Half the width, in the target's unit (of several partitions, the mean over rows); null: too few rows for the level. */
  readonly reach: number | null;
  /** The share of holdout rows whose true value lies within; null without any. */
  readonly coverage: number | null;
  readonly rows: number;
};

export type ScoredModel = {
  readonly algorithm: string | null;
  readonly parameters: JsonObject | null;
  /** Metric on the pooled out-of-fold rows. */
  readonly cv: ScoreValue;
  /** The same with the candidate of each fold chosen on the other folds: what choosing like this will score. */
  readonly nested: ScoreValue;
  /** 95 %, of `nested`. */
  readonly nestedInterval: { readonly low: number; readonly high: number } | null;
  /** By how much `cv` is better than `nested`: positive = too good, whatever the metric's direction. */
  readonly optimism: number | null;
  readonly holdout: ScoreValue;
  /** Where the spec asks for `intervals`. */
  readonly intervals?: IntervalCoverage;
  /** Digest of the model that answers; null when none does. */
  readonly model: Digest | null;
  /** The run that selected the columns, where the model was fitted on what that one had selected. */
  readonly selectionOrigin?: string;
  /** Where the spec asks to `explain`: the columns that the metric loses most by when they are dealt anew, three at most; the report has them all. */
  readonly needs?: readonly { readonly column: string; readonly loss: number }[];
  /** Field → why its score is null, for example `{ "global.holdout": "No holdout rows." }`. */
  readonly because?: { readonly [score: string]: string };
};

/** How one partition ended, and by how much. Its own best model stands in `algorithm`, `cv`, `holdout`; who serves in `verdict`. */
export type PartitionRow = ScoredModel & {
  readonly key: PartitionKey;
  /** Canonical text, as it stands in files and pages. */
  readonly partition: string;
  readonly status: PartitionStatus;
  readonly reason?: PartitionReason;
  /** The run that fitted its own model, where `status` is `reused`. */
  readonly origin?: string;
  /** What went wrong, for people, where `status` is `failed`. */
  readonly message?: string;
  readonly rows: number;
  readonly excluded: { readonly [reason: string]: number };
  /** The own best model, whoever answers; null when none was fitted. `model` is the one that answers. */
  readonly own: { readonly algorithm: string; readonly model: Digest } | null;
  /** Where the split of its rows differs from what was asked, and rows that repeat. */
  readonly notes: readonly string[];
  /** The model without partition on the same rows. */
  readonly global: PooledScore;
  /** Own minus global, positive = own is better; null when they can't be compared. */
  readonly difference: number | null;
  /** 95 %, of `difference`. */
  readonly interval: { readonly low: number; readonly high: number } | null;
  readonly verdict: Verdict | null;
  /** Where it has a parent with a model: that one's on the same rows, and own minus it. */
  readonly parent?: PooledScore & Pick<PartitionRow, 'partition' | 'difference' | 'interval'>;
  /** Where own and another answer together, of which `model` is the digest: how much of each, and what that scores. */
  readonly blend?: PooledScore & {
    readonly parts: readonly BlendPart[];
  };
};

export type RunResult = {
  readonly runId: string;
  readonly experiment: string;
  readonly status: RunStatus;
  readonly error: string | null;
  /** Of the failure in `error`; null when there is none, or none that we expect. */
  readonly errorKind: FailureKind | null;
  readonly spec: Digest;
  /** The run that this one retries or reproduces. */
  readonly origin: { readonly runId: string; readonly mode: RunMode } | null;
  readonly snapshot: Digest | null;
  readonly engine: string;
  readonly task: AskedTask;
  readonly metric: Metric;
  /** Ordered by partition text. */
  readonly partitions: readonly PartitionRow[];
  /** Unions of partitions of one beginning of their keys, where they were asked for; `own` is their model. */
  readonly parents?: readonly PartitionRow[];
  /** The model without partition; null when it is off or could not be fitted. */
  readonly global: ScoredModel | null;
  /** The metric pooled over rows: own and global on identical rows, served on every row that has an answer. */
  readonly totals: {
    readonly own: PooledScore | null;
    /** Of the partitions that have a parent with a model. */
    readonly parent?: PooledScore;
    readonly global: PooledScore | null;
    readonly served: PooledScore | null;
    /** Own minus global, nested, over all rows that both predicted; left out for fewer than ten partitions. */
    readonly comparison?: {
      /** Positive = own is better. */
      readonly difference: number;
      /** 95 %, of partitions that chance draws. */
      readonly interval: { readonly low: number; readonly high: number };
      readonly partitions: number;
    };
  };
  readonly warnings: readonly string[];
  /** Milliseconds: `total`, and one entry per stage. */
  readonly timings: JsonObject;
  /** Of the table: a union of merged partitions is not counted beside its members. */
  readonly counts: { readonly partitions: number; readonly rows: number } & {
    readonly [status in PartitionStatus]: number;
  };
  /** Path of the HTML report. */
  readonly report: string | null;
};

export type PooledScore = Pick<ScoredModel, 'cv' | 'nested' | 'holdout' | 'intervals'>;

/** Longer lists of partitions go to a file of their own. */
export const MAX_LISTED_PARTITIONS = 1000;

/** The last line of `run --json`: `RunResult`, its partitions in a file (a JSON list) when there are very many. */
export type PrintedResult =
  | RunResult
  | (Omit<RunResult, 'partitions'> & { readonly partitionsFile: string });
