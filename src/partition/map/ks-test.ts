import { exponential } from '../../estimators/elementary.ts';
import type { MapArgs } from '../../spec/map.ts';
import { numbersOf, periodsOf, splitByPeriod } from './columns.ts';
import { partitionFunction } from './row-function.ts';

/** Lattice points that the exact distribution is computed over: a second or so. */
const MAX_POINTS = 2e8;

/** One row for each number: the largest distance of the two distributions, and how likely it is where they are one. */
export const ksTest = partitionFunction({
  output: {
    column: 'text',
    reference_rows: 'integer',
    current_rows: 'integer',
    statistic: 'number',
    p_value: 'number',
  },
  apply(partition, { at, columns }: MapArgs<'ks_test'>) {
    const periods = periodsOf(partition, at);
    const tested = numbersOf(partition, columns);
    return tested.map(({ name, values }) => {
      const [reference, current] = splitByPeriod(values, periods);
      const counts = { reference_rows: reference.length, current_rows: current.length };
      if (reference.length === 0 || current.length === 0)
        return { column: name, ...counts, statistic: null, p_value: null };
      const test = kolmogorovSmirnov(reference, current);
      return { column: name, ...counts, statistic: test.statistic, p_value: test.pValue };
    });
  },
});

/**
 * The two-sided two-sample test of values that are there; neither sample is empty. `maxPoints`: beyond so many steps the
 * limiting distribution answers.
 */
export function kolmogorovSmirnov(
  a: Float64Array,
  b: Float64Array,
  maxPoints = MAX_POINTS,
): { readonly statistic: number; readonly pValue: number } {
  const distance = largestDistance(a.slice().sort(), b.slice().sort());
  const statistic = distance / (a.length * b.length);
  return { statistic, pValue: tailOf(distance, a.length, b.length, maxPoints) };
}

/** max |Fₐ − F_b| × m n, a whole number. */
function largestDistance(a: Float64Array, b: Float64Array): number {
  const [m, n] = [a.length, b.length];
  let largest = 0;
  for (let i = 0, j = 0; i < m || j < n; ) {
    const value = Math.min(a[i] ?? Number.POSITIVE_INFINITY, b[j] ?? Number.POSITIVE_INFINITY);
    while (i < m && (a[i] as number) <= value) i++;
    while (j < n && (b[j] as number) <= value) j++;
    largest = Math.max(largest, Math.abs(i * n - j * m));
  }
  return largest;
}

/**
 * P(a distance as large) when both samples are of one continuous distribution: exact over all orders of the values, as
 * paths through a lattice (Hodges 1958); beyond `maxPoints` by the limiting distribution with Stephens' correction.
 */
function tailOf(distance: number, m: number, n: number, maxPoints: number): number {
  const width = Math.min(n, Math.ceil((2 * distance) / m)) + 1;
  if (m * width > maxPoints) return limitingTail(distance / (m * n), (m * n) / (m + n));
  // leaving[j]: the share of paths to (i, j) that were `distance` or farther from the diagonal on their way.
  const leaving = new Float64Array(n + 1).fill(1);
  for (let i = 0; i <= m; i++) {
    // Inside: |i n − j m| < distance.
    const first = Math.max(0, Math.floor((i * n - distance) / m) + 1);
    const last = Math.min(n, Math.ceil((i * n + distance) / m) - 1);
    if (first > 0) leaving[first - 1] = 1;
    for (let j = first; j <= last; j++) {
      const steps = i + j;
      const fromA = i === 0 ? 0 : (i / steps) * (leaving[j] as number);
      const fromB = j === 0 ? 0 : (j / steps) * (leaving[j - 1] as number);
      leaving[j] = steps === 0 ? 0 : fromA + fromB;
    }
  }
  return distance === 0 ? 1 : Math.min(1, leaving[n] as number);
}

/** 2 Σ (−1)ᵏ⁻¹ exp(−2 k² z²) (Kolmogorov; Stephens 1970 for the factor of z). */
function limitingTail(statistic: number, size: number): number {
  const root = Math.sqrt(size);
  const z = (root + 0.12 + 0.11 / root) * statistic;
  let sum = 0;
  for (let k = 1; k <= 100; k++) {
    const term = exponential(-2 * k * k * z * z);
    sum += k % 2 === 1 ? term : -term;
    if (term < 1e-17 * sum) break;
  }
  return Math.min(1, Math.max(0, 2 * sum));
}
