import type { Column } from '../../frame/frame.ts';
import type { PartitionData, PartitionResult } from '../partition-function.ts';
import { sortedMarks } from './row-marks.ts';

/** All that tests of drift need of a column: its values without their rows. Infinite numbers count as missing. */
export type Distribution = { readonly name: string; readonly missing: number } & (
  | { readonly kind: 'number'; readonly sorted: Float64Array }
  /** Rows by level. */
  | { readonly kind: 'category'; readonly counts: ReadonlyMap<string, number> }
);

/** Of one partition, by the names of its columns. */
export type Distributions = {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, Distribution>;
  /** Of all its rows, sorted; null where they were not asked for. */
  readonly marks: BigUint64Array | null;
};

/** `marks`: later rows will be scored, and those that are among these are to be known again. */
export type DistributionArgs = { readonly marks: boolean };

/** Blob of `distribution`, and input of `drift`. */
export const DISTRIBUTION = 'distribution';

/** What each column of a partition holds, as the blob `distribution`. */
export function distribution(
  { frame, rowHashes }: PartitionData,
  args: DistributionArgs,
): PartitionResult<{ readonly rows: number }> {
  const columns = frame.columns.map(distributionOf);
  const marks = args.marks ? sortedMarks(rowHashes) : null;
  const bytes = distributionsToBytes(frame.rowCount, columns, marks);
  return { facts: { rows: frame.rowCount }, blobs: new Map([[DISTRIBUTION, bytes]]) };
}

/** Throws `RangeError` for times: they go on by themselves. */
export function distributionOf(column: Column): Distribution {
  const { name } = column;
  switch (column.kind) {
    case 'number': {
      const sorted = column.values.filter(Number.isFinite).sort();
      return { kind: 'number', name, missing: column.values.length - sorted.length, sorted };
    }
    case 'category': {
      const { codes, levels } = column;
      const byCode = new Map<number, number>();
      for (const code of codes) byCode.set(code, (byCode.get(code) ?? 0) + 1);
      const counts = levels.flatMap((level, code) => {
        const count = byCode.get(code);
        return count === undefined ? [] : [[level, count] as const];
      });
      return { kind: 'category', name, missing: byCode.get(-1) ?? 0, counts: new Map(counts) };
    }
    case 'time':
      throw new RangeError(`Column "${name}" holds times, which always move on.`);
  }
}

type Head = {
  readonly rows: number;
  readonly hasMarks: boolean;
  readonly columns: readonly ({ readonly name: string; readonly missing: number } & (
    | { readonly kind: 'number'; readonly size: number }
    | { readonly kind: 'category'; readonly counts: readonly (readonly [string, number])[] }
  ))[];
};

/** The length of the head in 8 bytes, the head as JSON, the sorted numbers of one column after the other, then the marks. */
function distributionsToBytes(
  rows: number,
  columns: readonly Distribution[],
  marks: BigUint64Array | null,
): Uint8Array {
  const head: Head = {
    rows,
    hasMarks: marks !== null,
    columns: columns.map((column) =>
      column.kind === 'number'
        ? { kind: 'number', name: column.name, missing: column.missing, size: column.sorted.length }
        : { ...column, counts: [...column.counts] },
    ),
  };
  const text = Buffer.from(JSON.stringify(head));
  const length = Buffer.from(Float64Array.of(text.length).buffer);
  const numbers = columns.flatMap((column) =>
    column.kind === 'number' ? [new Uint8Array(Float64Array.from(column.sorted).buffer)] : [],
  );
  const ofRows = marks === null ? [] : [new Uint8Array(marks.buffer)];
  return Uint8Array.from(Buffer.concat([length, text, ...numbers, ...ofRows]));
}

/** Reads what `distribution` wrote. */
export function distributionsFromBytes(bytes: Uint8Array): Distributions {
  const length = numbersAt(bytes, 0, 1)[0] as number;
  const text = Buffer.from(bytes.subarray(8, 8 + length)).toString('utf8');
  const { rows, hasMarks, columns } = JSON.parse(text) as Head;
  let at = 8 + length;
  const read = columns.map((column): Distribution => {
    if (column.kind === 'category') return { ...column, counts: new Map(column.counts) };
    const { name, kind, missing, size } = column;
    const sorted = numbersAt(bytes, at, size);
    at += size * 8;
    return { name, kind, missing, sorted };
  });
  const marks = hasMarks
    ? new BigUint64Array(Uint8Array.from(bytes.subarray(at, at + rows * 8)).buffer)
    : null;
  return { rows, columns: new Map(read.map((column) => [column.name, column])), marks };
}

function numbersAt(bytes: Uint8Array, at: number, count: number): Float64Array {
  return new Float64Array(Uint8Array.from(bytes.subarray(at, at + count * 8)).buffer);
}
