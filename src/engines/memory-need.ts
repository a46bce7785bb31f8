import type { PartitionRef } from '../partition/partition-function.ts';
import type { GroupedMap, PartitionTask } from './engine.ts';

/** Why a task can't fit its memory limit, known before a row is read; `undefined` when it may. */
export function tooLarge({ columns, limits }: GroupedMap, task: PartitionTask): string | undefined {
  const rows = countRows(task.partition);
  const inputBytes = (task.inputs ?? []).reduce((sum, { length }) => sum + length, 0);
  const neededMb = (estimateBytes(rows, columns.length) + inputBytes) / 2 ** 20;
  if (neededMb <= limits.memoryMb) return undefined;
  return `Its ${rows} rows of ${columns.length} columns need ${Math.ceil(neededMb)} MB, over the limit of ${limits.memoryMb} MB. Raise limits.per_partition.memory_mb, or drop columns.`;
}

export function countRows({ ranges }: PartitionRef): number {
  return ranges.reduce((sum, { count }) => sum + count, 0);
}

/** Memory of a partition's rows once read: 8 bytes a cell at most, and the row hash. */
export function estimateBytes(rowCount: number, columnCount: number): number {
  return rowCount * (columnCount * 8 + 16 + 1);
}
