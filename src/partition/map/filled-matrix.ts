import { Failure } from '../../domain/failure.ts';
import { median } from '../../features/statistics.ts';
import type { Matrix } from '../../frame/frame.ts';
import { numbersOf } from './columns.ts';
import type { Partition } from './row-function.ts';

/** The numbers of a partition, a missing one being the median of its column; a column without any value is left out. */
export function filledMatrix(partition: Partition, named: readonly string[] | undefined): Matrix {
  const columns = numbersOf(partition, named).flatMap(({ name, values }) => {
    const present = values.filter(Number.isFinite);
    if (present.length === 0) return [];
    const middle = median(present);
    return [{ name, values: values.map((value) => (Number.isFinite(value) ? value : middle)) }];
  });
  if (columns.length === 0)
    throw new Failure(
      'invalid-data',
      `Partition "${partition.text}" has no column of numbers to look at: name some in map.args.columns.`,
    );
  const data = new Float64Array(columns.length * partition.rowCount);
  columns.forEach(({ values }, i) => data.set(values, i * partition.rowCount));
  return { rowCount: partition.rowCount, names: columns.map(({ name }) => name), data };
}
