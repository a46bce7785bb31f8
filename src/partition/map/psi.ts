import { logarithm } from '../../estimators/elementary.ts';
import { quantile } from '../../features/statistics.ts';
import type { MapArgs } from '../../spec/map.ts';
import { orNull, periodsOf } from './columns.ts';
import { type Partition, partitionFunction } from './row-function.ts';

/** What stands for a share of nothing, whose logarithm would be infinite. */
const LEAST_SHARE = 1e-4;

/**
 * One row for each column: Σ (c − r) ln(c / r) over the shares of its bins in the reference and in the current period.
 * Numbers are cut at the quantiles of the reference; every text is a bin, and so is what is missing.
 */
export const psi = partitionFunction({
  output: {
    column: 'text',
    bins: 'integer',
    reference_rows: 'integer',
    current_rows: 'integer',
    psi: 'number',
  },
  apply(partition, { at, columns, bins }: MapArgs<'psi'>) {
    const periods = periodsOf(partition, at);
    const own = [...Object.keys(partition.key), partition.time];
    const wanted = columns ?? partition.columns.map(({ name }) => name);
    const compared = wanted.filter((name) => columns !== undefined || !own.includes(name));
    return compared.map((column) => {
      const counts = countBins(binsOf(partition, column, periods, bins), periods);
      return { column, ...stabilityIndex(counts) };
    });
  },
});

/** Rows of one bin in both samples. */
export type BinCounts = { readonly reference: number; readonly current: number };

/** Σ (c − r) ln(c / r) over the bins; null where one of the samples is empty. */
export function stabilityIndex(counts: readonly BinCounts[]) {
  const reference = counts.reduce((sum, bin) => sum + bin.reference, 0);
  const current = counts.reduce((sum, bin) => sum + bin.current, 0);
  const index = counts.reduce((sum, bin) => {
    const before = Math.max(LEAST_SHARE, bin.reference / reference);
    const after = Math.max(LEAST_SHARE, bin.current / current);
    return sum + (after - before) * logarithm(after / before);
  }, 0);
  const isThere = reference > 0 && current > 0;
  return {
    bins: counts.length,
    reference_rows: reference,
    current_rows: current,
    psi: isThere ? orNull(index) : null,
  };
}

/** The bin of every row: a number's place among the borders, a text, or null for what is missing. */
function binsOf(
  partition: Partition,
  column: string,
  periods: Int8Array,
  bins: number,
): readonly (number | string | null)[] {
  const kind = partition.columns.find(({ name }) => name === column)?.kind;
  if (kind === 'category') return partition.texts(column);
  const values = kind === 'time' ? partition.times(column) : partition.numbers(column);
  const sorted = values.filter((value, i) => periods[i] === 0 && !Number.isNaN(value)).sort();
  const borders = sorted.length === 0 ? [] : bordersOf(sorted, bins);
  return Array.from(values, (value) =>
    Number.isNaN(value) ? null : borders.filter((border) => value >= border).length,
  );
}

/** Borders between so many bins of equal row counts, fewer where values recur; `sorted` is not empty. */
export function bordersOf(sorted: Float64Array, bins: number): readonly number[] {
  const borders = Array.from({ length: bins - 1 }, (_, i) => quantile(sorted, (i + 1) / bins));
  return [...new Set(borders)];
}

/** Bins in order of appearance; rows without a time are in neither period. */
function countBins(
  bins: readonly (number | string | null)[],
  periods: Int8Array,
): readonly BinCounts[] {
  const counts = new Map<number | string | null, { reference: number; current: number }>();
  bins.forEach((bin, i) => {
    if (periods[i] === -1) return;
    const found = counts.get(bin) ?? { reference: 0, current: 0 };
    found[periods[i] === 0 ? 'reference' : 'current']++;
    counts.set(bin, found);
  });
  // In one order, so that the sum has one value.
  return [...counts].sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)).map(([, count]) => count);
}
