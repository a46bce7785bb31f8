import { binnedColumn, binnedTarget } from './binning.ts';
import { type Contingency, contingencyOf, degreesOfFreedom } from './contingency.ts';
import type { Ranking } from './selection-data.ts';

/**
 * Strength of Pearson's χ² of binned column and target: Cramér's V without its bias (Bergsma 2013), 0 to 1, so that
 * columns with many levels don't win by their number. NaN for a constant.
 */
export const rankByChiSquare: Ranking = (data) => {
  const target = binnedTarget(data.target);
  return Float64Array.from(data.columns, (_, i) =>
    unbiasedCramersV(contingencyOf(binnedColumn(data, i), target)),
  );
};

/** √(φ² ÷ min(r − 1, c − 1)), where φ² = χ²/n, r and c lose what independent variables would show on average. */
export function unbiasedCramersV(table: Contingency): number {
  const { total, rowTotals, columnTotals } = table;
  const freedom = degreesOfFreedom(table);
  if (freedom === 0) return Number.NaN;
  const excess = chiSquare(table) / total - freedom / (total - 1);
  if (excess <= 0) return 0;
  const corrected = (count: number) => count - 1 - (count - 1) ** 2 / (total - 1);
  return Math.sqrt(excess / Math.min(corrected(rowTotals.length), corrected(columnTotals.length)));
}

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
