/** Plain statistics of finite numbers; `sorted` = ascending and not empty. */

/** Linear interpolation between order statistics (Hyndman and Fan's type 7, numpy's default). */
export function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return between(low, high, position - below);
}

/** A difference of two huge numbers may overflow. */
function between(low: number, high: number, share: number): number {
  const distance = high - low;
  return Number.isFinite(distance) ? low + distance * share : low * (1 - share) + high * share;
}

/** `quantile(sorted, 0.5)` of values in any order, by selection: O(n), several times faster than sorting. */
export function median(values: Float64Array): number {
  const partly = values.slice();
  const middle = partly.length >> 1;
  const upper = selectInto(partly, middle);
  if (partly.length % 2 === 1) return upper;
  let lower = partly[0] as number;
  for (let i = 1; i < middle; i++) if ((partly[i] as number) > lower) lower = partly[i] as number;
  return between(lower, upper, 0.5);
}

/** Moves the values until those before `place` are not above it and those after not below; returns it (Hoare's FIND). */
function selectInto(values: Float64Array, place: number): number {
  let [low, high] = [0, values.length - 1];
  while (low < high) {
    const pivot = values[(low + high) >> 1] as number;
    let [i, j] = [low, high];
    while (i <= j) {
      while ((values[i] as number) < pivot) i++;
      while ((values[j] as number) > pivot) j--;
      if (i > j) break;
      const swapped = values[i] as number;
      values[i++] = values[j] as number;
      values[j--] = swapped;
    }
    if (j < place) low = i;
    if (place < i) high = j;
  }
  return values[place] as number;
}

/** Running mean: no sum that could overflow; where even differences do, the sum of shares. */
export function mean(values: Float64Array): number {
  let average = 0;
  for (let i = 0; i < values.length; i++) average += ((values[i] as number) - average) / (i + 1);
  if (Number.isFinite(average)) return average;
  return values.reduce((sum, value) => sum + value / values.length, 0);
}

/** Of the population (÷ n), in two passes; exactly 0 where all values are equal. */
export function variance(values: Float64Array): number {
  if (values.every((value) => value === values[0])) return 0;
  const centre = mean(values);
  let squares = 0;
  for (const value of values) squares += (value - centre) * (value - centre);
  return squares / values.length;
}

/** The most frequent value, the least of them where several are. */
export function mode(sorted: Float64Array): number {
  let best = sorted[0] as number;
  let bestCount = 0;
  for (let start = 0, at = 1; at <= sorted.length; at++) {
    if (at < sorted.length && sorted[at] === sorted[start]) continue;
    if (at - start > bestCount) [best, bestCount] = [sorted[start] as number, at - start];
    start = at;
  }
  return best;
}
