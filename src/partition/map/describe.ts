import { mean, quantile, variance } from '../../features/statistics.ts';
import type { MapArgs } from '../../spec/map.ts';
import { type Partition, partitionFunction } from './row-function.ts';

/** One row for each column: counts; mean, standard deviation (÷ n − 1) and quantiles of numbers; the commonest text. */
export const describe = partitionFunction({
  output: {
    column: 'text',
    type: 'text',
    rows: 'integer',
    missing: 'integer',
    distinct: 'integer',
    mean: 'number',
    std: 'number',
    min: 'number',
    p25: 'number',
    p50: 'number',
    p75: 'number',
    max: 'number',
    first: 'timestamp',
    last: 'timestamp',
    top: 'text',
    top_rows: 'integer',
  },
  apply(partition, { columns }: MapArgs<'describe'>) {
    const wanted = columns ?? partition.columns.map(({ name }) => name);
    return wanted.map((name) => {
      const kind = partition.columns.find((one) => one.name === name)?.kind;
      if (kind === 'category') return { ...NOTHING, column: name, ...texts(partition, name) };
      if (kind === 'time') return { ...NOTHING, column: name, ...times(partition, name) };
      return { ...NOTHING, column: name, ...numbers(partition, name) };
    });
  },
});

const NOTHING = {
  mean: null,
  std: null,
  min: null,
  p25: null,
  p50: null,
  p75: null,
  max: null,
  first: null,
  last: null,
  top: null,
  top_rows: null,
};

function numbers(partition: Partition, name: string) {
  const sorted = presentSorted(partition.numbers(name));
  const rows = partition.rowCount;
  const counts = { type: 'number', rows, missing: rows - sorted.length, distinct: runs(sorted) };
  if (sorted.length === 0) return counts;
  const n = sorted.length;
  return {
    ...counts,
    mean: mean(sorted),
    std: n === 1 ? null : Math.sqrt((variance(sorted) * n) / (n - 1)),
    min: sorted[0] as number,
    p25: quantile(sorted, 0.25),
    p50: quantile(sorted, 0.5),
    p75: quantile(sorted, 0.75),
    max: sorted[n - 1] as number,
  };
}

function times(partition: Partition, name: string) {
  const sorted = presentSorted(partition.times(name));
  const rows = partition.rowCount;
  const counts = { type: 'time', rows, missing: rows - sorted.length, distinct: runs(sorted) };
  if (sorted.length === 0) return counts;
  const dateOf = (micros: number) => new Date(Math.floor(micros / 1000));
  return {
    ...counts,
    first: dateOf(sorted[0] as number),
    last: dateOf(sorted[sorted.length - 1] as number),
  };
}

function texts(partition: Partition, name: string) {
  const counts = new Map<string, number>();
  let missing = 0;
  for (const text of partition.texts(name)) {
    if (text === null) missing++;
    else counts.set(text, (counts.get(text) ?? 0) + 1);
  }
  const [top] = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return {
    type: 'text',
    rows: partition.rowCount,
    missing,
    distinct: counts.size,
    top: top?.[0] ?? null,
    top_rows: top?.[1] ?? null,
  };
}

function presentSorted(values: Float64Array): Float64Array {
  return values.filter(Number.isFinite).sort();
}

function runs(sorted: Float64Array): number {
  return sorted.reduce((count, value, i) => count + Number(i === 0 || value !== sorted[i - 1]), 0);
}
