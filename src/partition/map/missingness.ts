import type { MapArgs } from '../../spec/map.ts';
import { type Partition, partitionFunction } from './row-function.ts';

/** One row for each column: how many values are missing, their share, and the longest run of them in the order of rows. */
export const missingness = partitionFunction({
  output: {
    column: 'text',
    rows: 'integer',
    missing: 'integer',
    share: 'number',
    longest_gap: 'integer',
  },
  apply(partition, { columns }: MapArgs<'missingness'>) {
    const wanted = columns ?? partition.columns.map(({ name }) => name);
    return wanted.map((column) => {
      let [missing, gap, longest] = [0, 0, 0];
      for (const isMissing of missingOf(partition, column)) {
        gap = isMissing ? gap + 1 : 0;
        missing += Number(isMissing);
        longest = Math.max(longest, gap);
      }
      const rows = partition.rowCount;
      const share = rows === 0 ? null : missing / rows;
      return { column, rows, missing, share, longest_gap: longest };
    });
  },
});

function missingOf(partition: Partition, name: string): readonly boolean[] {
  const kind = partition.columns.find((one) => one.name === name)?.kind;
  if (kind === 'category') return partition.texts(name).map((text) => text === null);
  const values = kind === 'time' ? partition.times(name) : partition.numbers(name);
  return Array.from(values, Number.isNaN);
}
