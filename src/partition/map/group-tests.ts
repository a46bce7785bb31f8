import { oneWayF } from '../../features/select/anova.ts';
import type { MapArgs } from '../../spec/map.ts';
import { numbersOf, orNull } from './columns.ts';
import { chiSquareTail, fisherTail } from './distributions.ts';
import { type Partition, partitionFunction } from './row-function.ts';

const OUTPUT = {
  column: 'text',
  groups: 'integer',
  rows: 'integer',
  statistic: 'number',
  p_value: 'number',
} as const;

/** One row for each number: F of its means between groups, and how likely it is where they have one mean. */
export const anova = partitionFunction({
  output: OUTPUT,
  apply: (partition, args: MapArgs<'anova'>) => testGroups(partition, args, oneWayTest),
});

/** One row for each number: H of its ranks between groups, ties corrected, and how likely it is where they are one. */
export const kruskal = partitionFunction({
  output: OUTPUT,
  apply: (partition, args: MapArgs<'kruskal'>) => testGroups(partition, args, rankTest),
});

type Test = (
  values: Float64Array,
  groups: Int32Array,
  groupCount: number,
) => { readonly statistic: number; readonly pValue: number };

/** Rows without a value or without a group are in no test; one group has nothing to differ from. */
function testGroups(
  partition: Partition,
  { group, columns }: { readonly group: string; readonly columns?: readonly string[] | undefined },
  test: Test,
) {
  const labels = labelsOf(partition, group);
  return numbersOf(partition, columns).map(({ name, values }) => {
    const places: number[] = [];
    values.forEach((value, i) => {
      if (Number.isFinite(value) && labels[i] !== null) places.push(i);
    });
    const present = places.map((place) => labels[place] as string);
    const levels = [...new Set(present)].sort();
    const codes = Int32Array.from(present, (label) => levels.indexOf(label));
    const counts = { column: name, groups: levels.length, rows: places.length };
    if (levels.length < 2 || places.length <= levels.length)
      return { ...counts, statistic: null, p_value: null };
    const taken = Float64Array.from(places, (place) => values[place] as number);
    const { statistic, pValue } = test(taken, codes, levels.length);
    return { ...counts, statistic: orNull(statistic), p_value: orNull(pValue) };
  });
}

function labelsOf(partition: Partition, group: string): readonly (string | null)[] {
  const kind = partition.columns.find(({ name }) => name === group)?.kind;
  if (kind !== 'number') return partition.texts(group);
  return Array.from(partition.numbers(group), (value) =>
    Number.isNaN(value) ? null : String(value),
  );
}

const oneWayTest: Test = (values, groups, groupCount) => {
  const statistic = oneWayF(values, groups, groupCount);
  return {
    statistic,
    pValue: fisherTail(statistic, groupCount - 1, values.length - groupCount),
  };
};

/** 12 ÷ (n (n + 1)) Σ R² ÷ nᵢ − 3 (n + 1), divided by 1 − Σ (t³ − t) ÷ (n³ − n) for ties of t values. */
const rankTest: Test = (values, groups, groupCount) => {
  const n = values.length;
  const { ranks, tied } = averageRanks(values);
  const sums = new Float64Array(groupCount);
  const counts = new Int32Array(groupCount);
  groups.forEach((group, i) => {
    sums[group] = (sums[group] as number) + (ranks[i] as number);
    counts[group] = (counts[group] as number) + 1;
  });
  const squares = sums.reduce((sum, rank, group) => sum + rank ** 2 / (counts[group] as number), 0);
  const h = (12 / (n * (n + 1))) * squares - 3 * (n + 1);
  const statistic = h / (1 - tied / (n ** 3 - n));
  return { statistic, pValue: chiSquareTail(statistic, groupCount - 1) };
};

/** Equal values share the mean of their ranks; `tied`: Σ (t³ − t). */
function averageRanks(values: Float64Array): {
  readonly ranks: Float64Array;
  readonly tied: number;
} {
  const order = Int32Array.from(values.keys()).sort(
    (a, b) => (values[a] as number) - (values[b] as number),
  );
  const ranks = new Float64Array(values.length);
  let tied = 0;
  for (let start = 0, end = 0; start < order.length; start = end) {
    const value = values[order[start] as number];
    while (end < order.length && values[order[end] as number] === value) end++;
    const count = end - start;
    tied += count ** 3 - count;
    for (let i = start; i < end; i++) ranks[order[i] as number] = (start + 1 + end) / 2;
  }
  return { ranks, tied };
}
