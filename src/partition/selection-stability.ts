import type { SelectionFacts } from './selection-facts.ts';

/** Per column the share of folds that kept it, in column order; empty when there were no folds. */
export function stabilityOf(
  columns: readonly string[],
  keptByFold: readonly (readonly string[])[],
): SelectionFacts['stability'] {
  if (keptByFold.length === 0) return [];
  const counts = new Map<string, number>();
  for (const kept of keptByFold)
    for (const column of kept) counts.set(column, (counts.get(column) ?? 0) + 1);
  return columns.map((column) => ({
    column,
    share: (counts.get(column) ?? 0) / keptByFold.length,
  }));
}
