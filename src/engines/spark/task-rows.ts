import { integersToArrow } from '../../frame/arrow-tables.ts';
import type { StoredColumn } from '../../frame/snapshot-layout.ts';
import { HASH_HIGH, HASH_LOW, ROW } from '../../frame/snapshot-layout.ts';
import type { PartitionTask } from '../engine.ts';
import { leadingColumns, NO_ROW, PLACE_COLUMN } from './command.ts';
import {
  broadcast,
  column,
  type Expression,
  expression,
  filter,
  join,
  localRows,
  named,
  project,
  quoted,
  type Relation,
  readFiles,
  repartition,
  sort,
  union,
} from './connect/plan.ts';
import type { TaskKeys } from './task-keys.ts';

/** Rows of a snapshot are numbered; ranges of numbers are matched by buckets of this many at least. */
const MIN_BUCKET_ROWS = 256;
const MAX_BUCKET_ROWS = 65_536;

/** Where a task's rows lie, cut at the borders of buckets: columns of equal length. */
type Spans = {
  readonly bucket: Int32Array;
  readonly task: Int32Array;
  readonly first: Int32Array;
  readonly last: Int32Array;
};

/** What is read of a snapshot. */
export type StoredRows = {
  readonly path: string;
  readonly columns: readonly StoredColumn[];
  readonly rowHashes: boolean;
};

/** Names of the columns that a worker gets: its own, then the snapshot's by position. */
export function taskColumnNames(stored: Omit<StoredRows, 'path'>): readonly string[] {
  return [
    ...leadingColumns(stored).map(({ name }) => name),
    ...stored.columns.map((_, i) => `c${i}`),
  ];
}

/**
 * The rows of all tasks, each task's together in one Spark partition and in the order of their numbers. Columns that
 * nobody wants are not read; rows between the first and the last task only; the rows of a partition that several tasks
 * work on are read once and multiplied behind the reader.
 */
export function taskRows(
  stored: StoredRows,
  tasks: readonly PartitionTask[],
  keys: TaskKeys,
): Relation {
  const bucketRows = bucketSize(tasks);
  const spans = spansOf(tasks, keys, bucketRows);
  const parts: Relation[] = [];
  if (spans.first.length > 0) parts.push(storedRows(stored, spans, bucketRows));
  const empty = tasks.flatMap(({ partition: { ranges } }, task) =>
    ranges.every(({ count }) => count === 0) ? [keys.keyOf[task] as number] : [],
  );
  if (empty.length > 0) parts.push(emptyRows(stored, empty));
  const [rows, ...more] = parts as [Relation, ...Relation[]];
  const all = more.reduce(union, rows);
  const { name: place } = PLACE_COLUMN;
  const task = expression(`CAST(shiftright(${place}, 32) AS INT)`);
  return sort(repartition(all, [task], keys.partitionCount), [column(place)], 'local');
}

function storedRows(
  stored: StoredRows,
  { bucket, task, first, last }: Spans,
  bucketRows: number,
): Relation {
  const lowest = first.reduce((a, b) => Math.min(a, b));
  const highest = last.reduce((a, b) => Math.max(a, b));
  const snapshot = project(
    filter(
      readFiles('parquet', [stored.path]),
      expression(`${ROW} BETWEEN ${lowest} AND ${highest}`),
    ),
    [
      column(ROW),
      ...(stored.rowHashes ? [HASH_HIGH, HASH_LOW].map((name) => named(signed(name), name)) : []),
      ...stored.columns.map((one, i) => named(valueOf(one), `c${i}`)),
    ],
  );
  const where = localRows(
    integersToArrow({ __bucket: bucket, __task: task, __first: first, __last: last }),
  );
  const matched = join(
    snapshot,
    broadcast(where),
    expression(
      `CAST(${ROW} DIV ${bucketRows} AS INT) = __bucket AND ${ROW} BETWEEN __first AND __last`,
    ),
  );
  const [, ...others] = taskColumnNames(stored);
  return project(matched, [placeAt('__task', `CAST(${ROW} AS BIGINT)`), ...others.map(column)]);
}

/** One row for each task that has none, or it would get no group. */
function emptyRows(stored: StoredRows, keys: readonly number[]): Relation {
  const nothing = stored.columns.map(({ kind }, i) =>
    expression(`CAST(NULL AS ${SPARK_TYPES[kind]}) AS c${i}`),
  );
  const [, ...others] = leadingColumns(stored);
  return project(localRows(integersToArrow({ __task: Int32Array.from(keys) })), [
    placeAt('__task', `${NO_ROW}`),
    ...others.map(({ name, type }) => expression(`CAST(NULL AS ${type}) AS ${name}`)),
    ...nothing,
  ]);
}

function placeAt(task: string, row: string): Expression {
  return expression(`shiftleft(CAST(${task} AS BIGINT), 32) | ${row} AS ${PLACE_COLUMN.name}`);
}

const SPARK_TYPES = { number: 'DOUBLE', category: 'STRING', time: 'TIMESTAMP' } as const;

function valueOf({ storedAs, kind }: StoredColumn): Expression {
  return expression(`CAST(${quoted(storedAs)} AS ${SPARK_TYPES[kind]})`);
}

/** An unsigned 64-bit number, which Spark reads as decimal(20, 0), by its bits. */
function signed(name: string): Expression {
  return expression(
    `CAST(IF(${name} > 9223372036854775807BD, ${name} - 18446744073709551616BD, ${name}) AS BIGINT)`,
  );
}

/** As large as a range is on average: a row meets few ranges, a range few buckets. */
function bucketSize(tasks: readonly PartitionTask[]): number {
  const ranges = tasks.flatMap(({ partition }) => partition.ranges);
  const rows = ranges.reduce((sum, { count }) => sum + count, 0);
  const mean = Math.ceil(rows / Math.max(1, ranges.length));
  return Math.min(MAX_BUCKET_ROWS, Math.max(MIN_BUCKET_ROWS, mean));
}

function spansOf(tasks: readonly PartitionTask[], keys: TaskKeys, bucketRows: number): Spans {
  const spans: (readonly [bucket: number, task: number, first: number, last: number])[] = [];
  tasks.forEach(({ partition: { ranges } }, i) => {
    const key = keys.keyOf[i] as number;
    for (const { start, count } of ranges) {
      const end = start + count;
      for (let first = start; first < end; ) {
        const bucket = Math.floor(first / bucketRows);
        const next = Math.min(end, (bucket + 1) * bucketRows);
        spans.push([bucket, key, first, next - 1]);
        first = next;
      }
    }
  });
  const columnAt = (at: 0 | 1 | 2 | 3) => Int32Array.from(spans, (span) => span[at]);
  return { bucket: columnAt(0), task: columnAt(1), first: columnAt(2), last: columnAt(3) };
}
