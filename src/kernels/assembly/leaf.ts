// A leaf of a boosted tree while the tree grows.

@unmanaged
export class Leaf {
  gradient: f64;
  hessian: f64;
  /** Of the best split: gain over leaving the leaf whole (−1 = none) and the sums of its left side. */
  gain: f64;
  leftGradient: f64;
  leftHessian: f64;
  /** Between which its value has to stay, so that the tree rises or falls with a column. */
  lower: f64;
  upper: f64;
  /** Penalty on its squared value. */
  l2: f64;
  node: i32;
  begin: i32;
  end: i32;
  column: i32;
  cut: i32;
  histogram: usize;
  /** 256 bits: the bins that go left where the best split is one of levels. */
  subset: usize;
  missingLeft: bool;
  isSubset: bool;
}

export const LEAF_BYTES: usize = (offsetof<Leaf>() + 7) & ~7;

export function leafAt(leaves: usize, i: i32): Leaf {
  return changetype<Leaf>(leaves + <usize>i * LEAF_BYTES);
}

/** The step that lowers the loss most, within the leaf's bounds. */
export function stepOf(leaf: Leaf, gradient: f64, curvature: f64): f64 {
  const step = curvature > 0.0 ? -gradient / curvature : 0.0;
  return min(max(step, leaf.lower), leaf.upper);
}

/** Twice what that step takes off the loss: G² / (H + l2) where no bound is in the way. */
export function gainOf(leaf: Leaf, gradient: f64, curvature: f64): f64 {
  const step = stepOf(leaf, gradient, curvature);
  return -(2.0 * gradient + curvature * step) * step;
}
