import type { Score } from '../../domain/metric.ts';
import type { Interval } from '../evaluate-facts.ts';

/** How one column of a partition has moved. Null = too little to tell. */
export type ColumnDrift = {
  readonly column: string;
  readonly kind: 'number' | 'category';
  /** Population stability index, what is missing being a bin of its own. */
  readonly psi: number | null;
  /** 0 to 1: of distribution functions (Kolmogorov–Smirnov) or of the shares of levels (total variation). */
  readonly distance: number | null;
  /** Kolmogorov–Smirnov's, or of χ² of the frequent levels and Fisher's test of the rare ones. */
  readonly pValue: number | null;
  /** Shares of the rows; the p-value is Fisher's, null where nothing is missing. */
  readonly missing: {
    readonly reference: number;
    readonly current: number;
    readonly pValue: number | null;
  };
};

/** `qValue`: the smallest false discovery rate at which the column, or what it misses, is found to have moved. */
export type JudgedColumn = ColumnDrift & {
  readonly qValue: number | null;
  readonly isDrifted: boolean;
};

export type DriftFacts = {
  readonly rows: { readonly reference: number; readonly current: number };
  readonly columns: readonly ColumnDrift[];
  readonly score: NewScore | null;
};

/** What who answers scores on new rows: on none of those that the run has read. */
export type NewScore = {
  readonly score: Score;
  /** 95 %. */
  readonly interval: Interval | null;
  /** New, with a label, and predicted. */
  readonly rows: number;
  /** With a label, and left out because the run has read them. */
  readonly known: number;
};
