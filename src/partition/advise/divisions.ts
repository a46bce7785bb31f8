import { shapesOf } from '../../features/column-shape.ts';
import type { Column, Frame } from '../../frame/frame.ts';
import type { Spec } from '../../spec/spec.ts';
import { otherRoles } from '../training-data.ts';
import type { AdviseFacts, DivisionSizes } from './advice.ts';
import type { AdviserTable } from './adviser-table.ts';

/** One way to partition the table. */
export type Division = DivisionSizes & {
  readonly by: readonly string[];
  /** Per row of the sample, its partition: 0 … `codeCount` − 1. */
  readonly codes: Int32Array;
  readonly codeCount: number;
  /** Of the whole table, by code: whether the partition has rows enough. */
  readonly isOwn: Uint8Array;
  readonly ownRows: readonly number[];
};

/** A column of numbers with more values than this measures something, and names no group. */
const MAX_NUMBERS = 50;
/** A key of several columns with more combinations than this is not counted. */
const MAX_COMBINATIONS = 1_000_000;
/** Pairs of more columns than this are left out, those of the most values: their rows are the fewest. */
const MAX_PAIRED = 20;
/** The same where each pair takes a model that sees neither of its columns. */
const MAX_PAIRED_UNSEEN = 6;

/** A column as a key: a code per row of the whole table; a missing value is a key of its own, as in a run. */
type Key = {
  readonly name: string;
  readonly codeCount: number;
  readonly codeOf: (row: number) => number;
};

/** What can partition the table by itself, as the spec has it included, and why the other columns can't. */
export function singleDivisions(
  table: AdviserTable,
): { readonly divisions: readonly Division[] } & Pick<AdviseFacts, 'notTried'> {
  const { spec, whole } = table;
  const divisions: Division[] = [];
  const notTried: { column: string; because: string }[] = [];
  for (const column of eligibleColumns(whole, spec)) {
    const found = keyOf(column);
    const division = typeof found === 'string' ? found : divide([found], table);
    if (typeof division === 'string') notTried.push({ column: column.name, because: division });
    else divisions.push(division);
  }
  return { divisions, notTried };
}

/** Every pair of the columns that makes more than either, and the key as written. Looks at no target: the test is to count what is tried. */
export function jointDivisions(
  table: AdviserTable,
  singles: readonly Division[],
): readonly Division[] {
  const { partition, global } = table.spec;
  const most = global.include_partition ? MAX_PAIRED : MAX_PAIRED_UNSEEN;
  const coarsest = [...singles].sort((a, b) => a.partitions - b.partitions).slice(0, most);
  const paired = singles.filter((single) => coarsest.includes(single));
  const names = paired.map(({ by }) => by[0] as string);
  const { by } = partition;
  const pairs = names.flatMap((first, i) => names.slice(i + 1).map((second) => [first, second]));
  const isNew = !pairs.some((pair) => isSame(pair, by));
  const wanted = by.length > 1 && isNew ? [...pairs, by] : pairs;
  return wanted.flatMap((columns) => {
    const keys = columns.map((name) => keyOf(requiredColumn(table.whole, name)));
    if (keys.some((key) => typeof key === 'string')) return [];
    const division = divide(keys as Key[], table);
    if (typeof division === 'string') return [];
    const members = singles.filter((single) => columns.includes(single.by[0] as string));
    // A column that follows from the other divides nothing further.
    const isFiner = members.every(({ partitions }) => partitions < division.partitions);
    return isFiner ? [division] : [];
  });
}

export function isSame(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name) => b.includes(name));
}

function eligibleColumns(frame: Frame, spec: Spec): readonly Column[] {
  const withKey = { ...spec, global: { ...spec.global, include_partition: true } };
  const apart = otherRoles({ spec: withKey, scope: 'global' }, shapesOf(frame));
  return frame.columns.filter(({ name, kind }) => kind !== 'time' && !apart.has(name));
}

function requiredColumn(frame: Frame, name: string): Column {
  const column = frame.columns.find((one) => one.name === name);
  if (column === undefined) throw new RangeError(`There is no column "${name}".`);
  return column;
}

/** Or why it names no partitions. */
function keyOf(column: Column): Key | string {
  const { name } = column;
  if (column.kind === 'time') return 'a moment names no group';
  if (column.kind === 'category') {
    const { codes, levels } = column;
    return { name, codeCount: levels.length + 1, codeOf: (row) => (codes[row] as number) + 1 };
  }
  const places = new Map<number, number>();
  const { values } = column;
  for (let row = 0; row < values.length; row++) {
    const value = values[row] as number;
    if (!places.has(value)) places.set(value, places.size);
    if (places.size > MAX_NUMBERS + 1)
      return `more than ${MAX_NUMBERS} different numbers: cut it with partition.bins`;
  }
  const codeOf = (row: number): number => places.get(values[row] as number) as number;
  return { name, codeCount: places.size, codeOf };
}

/** Or why a run could not divide by them. */
function divide(keys: readonly Key[], { whole, sampled, spec }: AdviserTable): Division | string {
  const codeCount = keys.reduce((product, key) => product * key.codeCount, 1);
  if (codeCount > MAX_COMBINATIONS) return `more than ${MAX_COMBINATIONS} values`;
  const codeOf = (row: number): number =>
    keys.reduce((code, key) => code * key.codeCount + key.codeOf(row), 0);
  const rows = new Int32Array(codeCount);
  for (let row = 0; row < whole.rowCount; row++) {
    const code = codeOf(row);
    rows[code] = (rows[code] as number) + 1;
  }
  const { min_rows: least, max } = spec.partition;
  const sizes = rows.filter((count) => count > 0).sort();
  if (sizes.length < 2) return 'one value only';
  if (sizes.length > max) return `${sizes.length} values, more than partition.max`;
  const ownRows = sizes.filter((count) => count >= least);
  const own = ownRows.reduce((sum, count) => sum + count, 0);
  if (ownRows.length < 2 || own < whole.rowCount / 2)
    return `too few rows for ${sizes.length} values: most would be in partitions of fewer than ${least}`;
  return {
    by: keys.map(({ name }) => name),
    codes: Int32Array.from(sampled, codeOf),
    codeCount,
    isOwn: Uint8Array.from(rows, (count) => (count >= least ? 1 : 0)),
    ownRows: [...ownRows],
    partitions: sizes.length,
    own: ownRows.length,
    tooSmall: 1 - own / whole.rowCount,
    smallest: sizes[0] as number,
    median: sizes[sizes.length >> 1] as number,
    largest: sizes.at(-1) as number,
  };
}
