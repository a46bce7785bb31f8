import { binnedColumn, binnedTarget } from './binning.ts';
import { type Contingency, contingencyOf, degreesOfFreedom } from './contingency.ts';
import type { Ranking } from './selection-data.ts';

/**
 * Mutual information of binned column and target, less what chance alone would show: (rows − 1)(columns − 1) ÷ 2n
 * (Miller 1955), so that a column with a level per row gains nothing by it. Nats; negative = less than chance.
 */
export const rankByMutualInformation: Ranking = (data) => {
  const target = binnedTarget(data.target);
  return Float64Array.from(data.columns, (_, i) => {
    const table = contingencyOf(binnedColumn(data, i), target);
    return mutualInformation(table) - degreesOfFreedom(table) / (2 * table.total);
  });
};

/** Σ p(a,b) · ln(p(a,b) ÷ (p(a)·p(b))), in nats. */
export function mutualInformation(table: Contingency): number {
  const { total, rowTotals, columnTotals, counts } = table;
  let information = 0;
  counts.forEach((count, i) => {
    if (count === 0) return;
    const row = rowTotals[Math.floor(i / columnTotals.length)] as number;
    const column = columnTotals[i % columnTotals.length] as number;
    information += (count / total) * Math.log((count * total) / (row * column));
  });
  return information;
}
