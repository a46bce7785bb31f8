import type { CategoryColumn, Column } from '../frame/frame.ts';
import type { ColumnProfile } from './facts.ts';

const QUANTILES = [0.05, 0.25, 0.5, 0.75, 0.95] as const;
const TOP_LEVELS = 10;

/** Exact counts and quantiles of one column; O(n log n) for numbers, O(n + levels) for text. */
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
  const sorted = values.filter((value) => !Number.isNaN(value)).sort();
  const missing = values.length - sorted.length;
  return {
    missing,
    distinct: countDistinct(sorted),
    min: finiteOrNull(sorted[0]),
    max: finiteOrNull(sorted.at(-1)),
    mean: finiteOrNull(sorted.reduce((sum, value) => sum + value, 0) / sorted.length),
    quantiles: sorted.length === 0 ? [] : QUANTILES.map((share) => quantileOf(sorted, share)),
  };
}

/** Linear between the two nearest ranks (Hyndman and Fan's type 7, the default of NumPy and R). */
export function quantileOf(sorted: Float64Array, share: number): number {
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)] as number;
  const above = sorted[Math.ceil(at)] as number;
  return below === above ? below : below + (above - below) * (at - Math.floor(at));
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

function finiteOrNull(value: number | undefined): number | null {
  return value !== undefined && Number.isFinite(value) ? value : null;
}
