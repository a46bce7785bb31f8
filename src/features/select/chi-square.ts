import { binnedColumn, binnedTarget } from './binning.ts';
import { type Contingency, contingencyOf, degreesOfFreedom } from './contingency.ts';
import type { Ranking } from './selection-data.ts';

/**
 * Pearson's χ² of binned column and target, standardised by its mean and deviation under independence,
 * (χ² − df) ÷ √(2·df), so that columns with many levels don't win by their number. NaN for a constant.
 */
export const rankByChiSquare: Ranking = (data) => {
  const target = binnedTarget(data.target);
  return Float64Array.from(data.columns, (_, i) => {
    const table = contingencyOf(binnedColumn(data, i), target);
    const freedom = degreesOfFreedom(table);
    return (chiSquare(table) - freedom) / Math.sqrt(2 * freedom);
  });
};

/** Σ (observed − expected)² ÷ expected, without continuity correction. */
export function chiSquare({ total, rowTotals, columnTotals, counts }: Contingency): number {
  let statistic = 0;
  counts.forEach((count, i) => {
    const row = rowTotals[Math.floor(i / columnTotals.length)] as number;
    const column = columnTotals[i % columnTotals.length] as number;
    const expected = (row * column) / total;
    statistic += ((count - expected) * (count - expected)) / expected;
  });
  return statistic;
}
