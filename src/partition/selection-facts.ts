/** Of one fit: what selection chose by itself, before the columns that a candidate names are added. */
export type SelectedColumns = {
  readonly method: string;
  readonly kept: readonly string[];
  readonly dropped: readonly {
    readonly column: string;
    readonly because: string;
    readonly score: number | null;
  }[];
};

/** What selection chose at every fit of a partition. No candidate has a part in it, so that others can be trained on the same. */
export type FoldSelections = {
  /** Columns that each fold kept, the folds of one repeat after those of another; empty where nothing was fitted. */
  readonly folds: readonly (readonly string[])[];
  /** Under `refit: all`: columns kept at the fit of all training rows, which does not ship. */
  readonly final?: readonly string[];
  /** At the fit that ships. */
  readonly shipped: SelectedColumns;
};

/** The columns that the model which ships may see. */
export type SelectionFacts = SelectedColumns & {
  /** Per column: the share of folds that kept it. */
  readonly stability: readonly { readonly column: string; readonly share: number }[];
};
