import type { Task } from '../domain/metric.ts';
import type { Scope } from '../domain/run.ts';
import type { Spec } from '../spec/spec.ts';
import type { TogetherCompared } from './compare-together.ts';
import type { PlotFacts, SideArgs, SideScores } from './evaluate-facts.ts';

/**
 * Arguments of `totals`: the metric pooled over the rows of many partitions (never an average of averages). The task's
 * partition is the union of `members` in order; input `own` holds the predictions blobs of those members that have one,
 * joined in order; input `parent` the same of their parents' models; input `global` the global model's for every row of the union.
 */
export type TotalsArgs = {
  readonly spec: Spec;
  readonly task: Task;
  readonly classes: readonly string[];
  readonly members: readonly {
    readonly rows: number;
    /** The best own candidate; null = no own model, and no part of input `own`. */
    readonly best: number | null;
    readonly bestWithout: readonly number[];
    /** The best candidate of its parent's, whose predictions of its rows are a part of input `parent`, with half the width of its intervals; left out where there is none. */
    readonly parent?: Omit<SideArgs, 'candidates'> & { readonly reach: number | null };
    readonly served: Scope | 'none' | ServedBlend;
  }[];
  readonly candidates: number;
  readonly global: Omit<SideArgs, 'candidates'> | null;
};

/** Own and another together: how much the own model answers, by all folds and by all but each. */
export type ServedBlend = {
  readonly with: Exclude<Scope, 'own'>;
  readonly weight: number;
  readonly withoutFold: readonly number[];
};

/** `own` and `global` on the identical rows of members that have both; `served` on every row that has an answer. */
export type TotalsFacts = {
  readonly own: SideScores | null;
  readonly global: SideScores | null;
  readonly served: SideScores | null;
  /** By their parents, the members that have one with a model; left out where none has. */
  readonly parent?: SideScores;
  /** Nested own minus nested global over all rows that both predicted, as `EvaluateFacts` has it of one partition; left out for fewer than ten partitions. */
  readonly comparison?: TogetherCompared;
  /** The global model on every row it scored, with its plots. */
  readonly globalEverywhere: SideScores | null;
  readonly globalPlots: PlotFacts | null;
  /** Of every member that is served by a blend, in order; left out where none is. */
  readonly blends?: readonly SideScores[];
};
