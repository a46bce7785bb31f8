import type { Score, Task } from '../domain/metric.ts';
import type { Adjustment } from '../estimators/adjustment.ts';
import type { Candidate, Spec } from '../spec/spec.ts';
import type { FoldSelections, SelectionFacts } from './selection-facts.ts';
import type { EnsembleFacts, ModelFacts, RowLedger, TrainFacts } from './train-facts.ts';

/** `train-fold` does one candidate on one fold; `refit` fits one candidate on all training rows. */
export type FoldPart = {
  readonly candidate: Candidate;
  readonly fold: number;
  /** Of the fold's training rows. */
  readonly share: number;
  /** From 0, which is the default. */
  readonly repeat?: number;
};

/** `adjustments`: what the folds taught of the candidate's probabilities. */
export type RefitPart = {
  readonly candidate: Candidate;
  readonly adjustments: readonly Adjustment[];
  /** Of an ensemble: the candidates that are averaged, each with what the folds taught of it. */
  readonly members?: readonly EnsemblePart[];
};

export type EnsemblePart = {
  readonly candidate: Candidate;
  readonly adjustments: readonly Adjustment[];
  /** Above 0; all add up to 1. */
  readonly weight: number;
};

/** Arguments of `score-trials`, beside `RankArgs`: which candidates. Input `predictions` as of `rank`. */
export type TrialsPart = { readonly places: readonly number[] };

export type TrialsFacts = { readonly scores: readonly Score[] };

/** Result of `train-fold`. Blob `predictions`: the rows of that fold × width, in row order; absent when it failed. */
export type FoldFacts = {
  readonly status: 'ok' | 'failed';
  readonly because?: string;
  readonly score: Score;
  /** u64 as decimal text. */
  readonly seed: string;
  readonly fitMs: number;
  readonly kept: readonly string[];
  /** Those of `kept` that selection chose by itself. */
  readonly foldSelection: readonly string[];
};

/** Arguments of `rank`; input `predictions` (layout: `predictions.ts`). */
export type RankArgs = {
  readonly spec: Spec;
  readonly task: Task;
  readonly classes: readonly string[];
};

/** Result of `rank`, with the blob `predictions` where they were adjusted or averaged: what stored out-of-fold predictions say about every candidate; `best` and `bestWithout` as in `TrainFacts`. */
export type RankFacts = {
  readonly cv: readonly Score[];
  readonly best: number | null;
  readonly bestWithout: readonly number[];
  /** Per candidate and fold, of predictions that were adjusted or averaged; null where none were. */
  readonly foldScores: readonly (readonly Score[])[] | null;
  /** Per candidate, what all folds teach of its probabilities. */
  readonly adjustments: readonly (readonly Adjustment[])[];
  /** Where the spec asks for an ensemble: the last of the candidates. */
  readonly ensemble?: EnsembleFacts;
};

/** Result of `refit`. Blobs: `model`, and `predictions` with one layer (holdout rows). */
export type RefitFacts = {
  readonly features: TrainFacts['features'];
  /** That selection chose from, in their order. */
  readonly columns: readonly string[];
  readonly selection: SelectionFacts;
  readonly foldSelections: Omit<FoldSelections, 'folds'>;
  readonly model: ModelFacts;
  readonly rows: RowLedger;
};
