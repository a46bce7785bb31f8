import type { Frame, RowRange } from '../../frame/frame.ts';
import type { SnapshotReader } from '../../frame/snapshot-reader.ts';
import type { PartitionRef } from '../../partition/partition-function.ts';
import type { GroupedMap } from '../engine.ts';
import { readFolds } from '../thread/task-inputs.ts';
import type { LoadedPartition } from '../thread/thread-task.ts';
import { createRowBlock, cutPartition } from './cut-partition.ts';
import type { OpenSnapshots } from './open-snapshots.ts';

/** Reads the partitions of one job from its snapshot, many in one sweep. */
export class PartitionReader {
  readonly #map: GroupedMap;
  readonly #snapshots: OpenSnapshots;
  #snapshot: Promise<SnapshotReader> | undefined;

  constructor(map: GroupedMap, snapshots: OpenSnapshots) {
    this.#map = map;
    this.#snapshots = snapshots;
  }

  /** The partitions' rows on shared memory, in the order asked for. One read of the file for all of them. */
  async read(partitions: readonly PartitionRef[]): Promise<readonly LoadedPartition[]> {
    this.#snapshot ??= this.#snapshots.take(this.#map.snapshot.path);
    const snapshot = await this.#snapshot;
    const { columns, rowHashes } = this.#map;
    const [only] = partitions;
    if (only !== undefined && partitions.length === 1 && isAscending(only.ranges)) {
      const rows = await snapshot.read(only.ranges, columns, { shared: true, rowHashes });
      return [this.#withFolds(only, rows)];
    }
    const ranges = mergeRanges(partitions.flatMap((partition) => partition.ranges));
    const block = createRowBlock(ranges, await snapshot.read(ranges, columns, { rowHashes }));
    return partitions.map((partition) =>
      this.#withFolds(partition, cutPartition(block, partition)),
    );
  }

  async close(): Promise<void> {
    if (this.#snapshot === undefined) return;
    this.#snapshot = undefined;
    await this.#snapshots.giveBack(this.#map.snapshot.path);
  }

  #withFolds(
    partition: PartitionRef,
    { frame, rowHashes }: Pick<LoadedPartition, 'frame' | 'rowHashes'>,
  ): LoadedPartition {
    const { folds: file } = this.#map;
    if (file === undefined) return { frame, rowHashes };
    return { frame, rowHashes, folds: readFolds(file, partition.ranges) };
  }
}

/** Bytes held by a frame's columns, levels of text not counted. */
export function frameBytes({ columns }: Frame): number {
  return columns.reduce((sum, column) => {
    switch (column.kind) {
      case 'number':
        return sum + column.values.byteLength;
      case 'time':
        return sum + column.micros.byteLength;
      case 'category':
        return sum + column.codes.byteLength;
    }
  }, 0);
}

/** As the reader gives them: no row twice, no range out of turn. */
function isAscending(ranges: readonly RowRange[]): boolean {
  return ranges.every((range, i) => {
    const before = ranges[i - 1];
    return before === undefined || before.start + before.count <= range.start;
  });
}

/** Ascending, disjoint, neighbours joined. */
export function mergeRanges(ranges: readonly RowRange[]): readonly RowRange[] {
  const merged: { start: number; count: number }[] = [];
  for (const { start, count } of [...ranges].sort((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last !== undefined && start <= last.start + last.count) {
      last.count = Math.max(last.count, start + count - last.start);
    } else if (count > 0) {
      merged.push({ start, count });
    }
  }
  return merged;
}
