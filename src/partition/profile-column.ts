import { mean, quantile } from '../features/statistics.ts';
import type { CategoryColumn, Column } from '../frame/frame.ts';
import type { ColumnProfile } from './profile-facts.ts';

const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95] as const;
const TOP_LEVELS = 10;

/** Exact counts and quantiles of one column's finite values; O(n log n) for numbers, O(n + levels) for text. */
export function profileColumn(column: Column): ColumnProfile {
  switch (column.kind) {
    case 'number':
      return { name: column.name, kind: column.kind, top: [], ...profileNumbers(column.values) };
    case 'time':
      return { name: column.name, kind: column.kind, top: [], ...profileNumbers(column.micros) };
    case 'category':
      return profileCategory(column);
  }
}

type NumberProfile = Omit<ColumnProfile, 'name' | 'kind' | 'top'>;

function profileNumbers(values: Float64Array): NumberProfile {
  const sorted = finiteOf(values).sort();
  return {
    missing: values.reduce((count, value) => count + (Number.isNaN(value) ? 1 : 0), 0),
    distinct: countDistinct(sorted),
    min: sorted[0] ?? null,
    max: sorted.at(-1) ?? null,
    mean: sorted.length === 0 ? null : mean(sorted),
    quantiles: sorted.length === 0 ? [] : QUANTILES.map((share) => quantile(sorted, share)),
  };
}

/** A copy in one piece: millions of values are no place for a number object each. */
function finiteOf(values: Float64Array): Float64Array {
  const finite = new Float64Array(values.length);
  let count = 0;
  for (const value of values) if (Number.isFinite(value)) finite[count++] = value;
  return finite.subarray(0, count);
}

function countDistinct(sorted: Float64Array): number {
  let count = 0;
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) count++;
  return count;
}

function profileCategory({ name, kind, codes, levels }: CategoryColumn): ColumnProfile {
  const counts = new Int32Array(levels.length);
  let missing = 0;
  for (const code of codes) {
    if (code < 0) missing += 1;
    else counts[code] = (counts[code] as number) + 1;
  }
  const used = Int32Array.from(levels.keys()).filter((code) => (counts[code] as number) > 0);
  const top = [...used]
    .sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b)
    .slice(0, TOP_LEVELS)
    .map((code) => ({ level: levels[code] as string, count: counts[code] as number }));
  const numbers = { min: null, max: null, mean: null, quantiles: [] };
  return { name, kind, missing, distinct: used.length, ...numbers, top };
}
