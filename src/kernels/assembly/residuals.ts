// What a linear function leaves of a target, as far as that costs: least squares, support vectors with squared loss.
import { allocate, mark, release } from './arena';
import { addProjections, combine } from './dense';
import { spend } from './patience';

/** Rows whose scores stay in the first-level cache between the passes over them. */
const BLOCK: i32 = 256;

/**
 * gradient[column] = Σ weight · miss · x over column-major `x`, where miss is the part of target − score that costs:
 * what exceeds `tube` in size or, if `isOneSided`, what points the way of the target (a squared hinge for targets ±1).
 * `weights` = 0 means ones. Where `active` is not 0, it gets each row's weight, or 0 where the row costs nothing.
 */
export function residualGradient(
  x: usize,
  rows: i32,
  columns: i32,
  target: usize,
  weights: usize,
  w: usize,
  tube: f64,
  isOneSided: bool,
  gradient: usize,
  active: usize,
): void {
  const scratch = mark();
  const misses = allocate((<usize>BLOCK) << 3);
  memory.fill(gradient, 0, (<usize>columns) << 3);
  const stride = (<usize>rows) << 3;
  for (let begin = 0; begin < rows; begin += BLOCK) {
    const count = min(BLOCK, rows - begin);
    const from = (<usize>begin) << 3;
    combine(x + from, stride, columns, w, 1, misses, 0, count);
    for (let i: usize = 0; i < (<usize>count) << 3; i += 8) {
      const wanted = load<f64>(target + from + i);
      const error = wanted - load<f64>(misses + i);
      const miss = isOneSided ? sidedMiss(error, wanted) : tubeMiss(error, tube);
      const weight = weights == 0 ? 1.0 : load<f64>(weights + from + i);
      store<f64>(misses + i, weight * miss);
      if (active != 0) store<f64>(active + from + i, miss == 0.0 ? 0.0 : weight);
    }
    addProjections(x + from, stride, columns, misses, 0, 1, gradient, count);
    spend((<i64>count * columns) << 1);
  }
  release(scratch);
}

function sidedMiss(error: f64, wanted: f64): f64 {
  return wanted > 0.0 ? max(0.0, error) : min(0.0, error);
}

function tubeMiss(error: f64, tube: f64): f64 {
  return error > 0.0 ? max(0.0, error - tube) : min(0.0, error + tube);
}
