// Weighted quantiles of what the scores leave to explain: the best constant under pinball loss.
import { Objective } from './objective';
import { keyOfNumber, numberOfKey, sortKeys } from './sort';

/** Shares of a total weight this close to each other are equal. */
const ROUNDING: f64 = 1e-12;

/**
 * The quantile of target − score over the rows that `list` (u32) names: the least value that as much weight lies at or
 * below as the quantile asks for; midway to the next one where that is met exactly. `scratch` holds 16 bytes per row.
 */
export function residualQuantile(
  objective: Objective,
  list: usize,
  count: i32,
  scratch: usize,
): f64 {
  for (let i: usize = 0; i < <usize>count; i++) {
    store<u64>(scratch + (i << 3), keyOfNumber(residualOf(objective, rowAt(list, i))));
  }
  const sorted = sortKeys(scratch, scratch + ((<usize>count) << 3), count);
  const wanted = objective.shape * weightUpTo(objective, list, count, Infinity);
  const slack = wanted * ROUNDING;
  let low = 0;
  let high = count - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    const reached = weightUpTo(objective, list, count, numberAt(sorted, middle)) >= wanted - slack;
    if (reached) high = middle;
    else low = middle + 1;
  }
  const value = numberAt(sorted, low);
  if (weightUpTo(objective, list, count, value) > wanted + slack) return value;
  while (low + 1 < count && numberAt(sorted, low) == value) low++;
  return value * 0.5 + numberAt(sorted, low) * 0.5;
}

function rowAt(list: usize, i: usize): usize {
  return <usize>load<u32>(list + (i << 2));
}

function numberAt(sorted: usize, i: i32): f64 {
  return numberOfKey(load<u64>(sorted + ((<usize>i) << 3)));
}

function residualOf(objective: Objective, row: usize): f64 {
  return load<f64>(objective.target + (row << 3)) - load<f64>(objective.scores + (row << 3));
}

/** Weight of the rows whose residual is at most `limit`. */
function weightUpTo(objective: Objective, list: usize, count: i32, limit: f64): f64 {
  let sum = 0.0;
  for (let i: usize = 0; i < <usize>count; i++) {
    const row = rowAt(list, i);
    if (!(residualOf(objective, row) <= limit)) continue;
    sum += objective.weights == 0 ? 1.0 : load<f64>(objective.weights + (row << 3));
  }
  return sum;
}
