import { suggestion } from '../../domain/nearest-name.ts';
import type { PartitionKey } from '../../domain/partition.ts';
import type { Column } from '../../frame/frame.ts';
import type { PartitionData } from '../partition-function.ts';
import type { Partition, SourceRow } from './row-function.ts';

/** What a row function sees of a partition: copies, since buffers are shared between threads. */
export function partitionRows(
  { partition, frame }: Pick<PartitionData, 'partition' | 'frame'>,
  { key, time }: { readonly key: PartitionKey; readonly time: string | null },
): Partition {
  const { columns, rowCount } = frame;
  const find = <Kind extends Column['kind']>(name: string, kind: Kind) =>
    requireKind(columns, name, kind);
  return {
    key,
    text: partition.text,
    rowCount,
    columns: columns.map(({ name, kind }) => ({ name, kind })),
    time,
    numbers: (name) => Float64Array.from(find(name, 'number').values),
    times: (name) => Float64Array.from(find(name, 'time').micros),
    texts: (name) => {
      const { codes, levels } = find(name, 'category');
      return Array.from(codes, (code) => levels[code] ?? null);
    },
    *rows() {
      for (let i = 0; i < rowCount; i++)
        yield Object.fromEntries(
          columns.map((column): [string, SourceRow[string]] => [column.name, valueAt(column, i)]),
        );
    },
  };
}

const WAYS = { number: 'numbers', category: 'texts', time: 'times' } as const;

function requireKind<Kind extends Column['kind']>(
  columns: readonly Column[],
  name: string,
  kind: Kind,
): Extract<Column, { readonly kind: Kind }> {
  const column = columns.find((one) => one.name === name);
  if (column === undefined) {
    const names = columns.map((one) => one.name);
    const list = names.map((one) => `\`${one}\``).join(', ');
    throw new RangeError(
      `The partition has no column \`${name}\`. ${suggestion(name, names)}It has ${list}.`,
    );
  }
  if (column.kind !== kind)
    throw new RangeError(
      `Column \`${name}\` is ${column.kind === 'category' ? 'text' : `a ${column.kind}`}: read it with \`${WAYS[column.kind]}\`.`,
    );
  return column as Extract<Column, { readonly kind: Kind }>;
}

function valueAt(column: Column, row: number): SourceRow[string] {
  if (column.kind === 'category') return column.levels[column.codes[row] as number] ?? null;
  const value = (column.kind === 'number' ? column.values : column.micros)[row] as number;
  if (Number.isNaN(value)) return null;
  return column.kind === 'number' ? value : new Date(Math.floor(value / 1000));
}
