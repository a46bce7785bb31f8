import type { ArrowColumns } from '../../../frame/arrow-columns.ts';
import type { CategoryColumn, Column } from '../../../frame/frame.ts';
import { binLabels } from '../../../sources/bin-labels.ts';
import { cellText, numberText, timeText } from '../../../sources/cell-text.ts';
import { normalised } from '../../../sources/key-text.ts';
import { categoryColumn, readCells } from '../../../sources/read-cells.ts';
import type { SnapshotColumn } from '../../../sources/snapshot.ts';
import type { KeyColumn } from '../source/prepare-args.ts';

export type Texts = readonly (string | null)[];

/** How training read a column. */
export type TrainedColumn = Pick<SnapshotColumn, 'name' | 'kind' | 'holds'>;

/** Numbers and times in words; here a missing value and NaN are two things. */
export function textsOf(raw: ArrowColumns, place: number): Texts {
  const column = raw.column(place);
  if (column.kind === 'category') return raw.texts(place);
  const values = column.kind === 'number' ? column.values : column.micros;
  const write = column.kind === 'number' ? numberText : timeText;
  return Array.from(values, (value, i) => (raw.isMissing(place, i) ? null : write(value)));
}

/** The key of each row in one of its columns. */
export function keyTexts(column: Column, { normalise, edges }: Omit<KeyColumn, 'column'>): Texts {
  if (column.kind === 'category') {
    const { codes, levels } = column;
    const changed = levels.map((level) => normalised(level, normalise));
    return Array.from(codes, (code) => changed[code] ?? null);
  }
  const labels = binLabels(edges ?? []);
  const values = column.kind === 'number' ? column.values : column.micros;
  return Array.from(values, (value) => {
    if (Number.isNaN(value)) return null;
    const at = (edges ?? []).findIndex((edge) => value < edge);
    return (at < 0 ? labels.at(-1) : labels[at]) ?? null;
  });
}

/**
 * A column that arrived, as training read it: what `plan-scoring.ts` makes of a file. Throws `Failure('invalid-data')`
 * for a value that does not suit.
 */
export function asTrained(
  raw: ArrowColumns,
  place: number,
  trained: TrainedColumn,
  timezone: string,
): Column {
  const arrived = raw.column(place);
  if (arrived.kind === 'category') return readLevels(arrived, trained, timezone);
  const { name, kind, holds } = trained;
  if (kind === 'category') {
    const texts = textsOf(raw, place);
    if (arrived.kind === 'time') return categoryColumn(name, texts);
    const written = texts.map((text) => cellText(text, holds, () => Number.NaN));
    return categoryColumn(name, written);
  }
  if (kind !== arrived.kind)
    throw new RangeError(`${name} came as ${arrived.kind}, not as ${kind}.`);
  if (arrived.kind === 'time') return { ...arrived, name };
  return { ...arrived, name, values: arrived.values.map(finite) };
}

/** Each distinct text is read once. What stands under missing values is none: Arrow leaves open what that is. */
function readLevels(
  { codes, levels }: CategoryColumn,
  trained: TrainedColumn,
  timezone: string,
): Column {
  const used = new Set(codes);
  const cells = levels.map((level, code) => (used.has(code) ? level : null));
  const read = readCells(cells, trained, timezone);
  const spread = (values: Float64Array) =>
    Float64Array.from(codes, (code) => (code < 0 ? Number.NaN : (values[code] as number)));
  switch (read.kind) {
    case 'number':
      return { ...read, values: spread(read.values) };
    case 'time':
      return { ...read, micros: spread(read.micros) };
    case 'category': {
      const codeOf = (code: number) => (code < 0 ? -1 : (read.codes[code] as number));
      return { ...read, codes: codes.map(codeOf) };
    }
  }
}

/** Infinities are missing numbers. */
function finite(value: number): number {
  return Number.isFinite(value) ? value : Number.NaN;
}
