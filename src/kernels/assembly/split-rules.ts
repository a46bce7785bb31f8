// What the search for splits of boosted trees is bound to.

@unmanaged
export class SplitRules {
  leastRows: i32;
  columnCount: i32;
  l2: f64;
  /** Added to the second derivatives of a level before levels are sorted by their step; fewer rows = no level of its own. */
  smoothing: f64;
  /** The least rows of a group of levels. */
  groupRows: f64;
  /** u32: the columns that this tree may use, ascending. */
  columns: usize;
  /** i8 per column: 1 = may only rise with the column, −1 = may only fall; 0 = no column is bound. */
  directions: usize;
}

/** Added to l2 where levels are chosen by their own steps: the more choice, the less trust. */
export const SUBSET_L2: f64 = 10.0;

export function directionOf(rules: SplitRules, column: i32): i32 {
  return <i32>load<i8>(rules.directions + <usize>column);
}
