import { Failure } from '../domain/failure.ts';
import { type PartitionKey, partitionText } from '../domain/partition.ts';
import { type Column, type Frame, takeRows } from '../frame/frame.ts';
import { looksBack } from '../spec/engineered-columns.ts';
import type { Spec } from '../spec/spec.ts';
import { binLabels } from './bin-labels.ts';
import { type Cell, cellText, numberOf } from './cell-text.ts';
import { CellTimes } from './cell-time.ts';
import { normalised } from './key-text.ts';
import { isLeftOut } from './plan-scoring.ts';
import type { SnapshotColumn } from './snapshot.ts';

export type GivenRow = { readonly [column: string]: Cell };

/** The rows of one partition, in time order where a feature looks back, else as given. */
export type GivenPart = {
  readonly text: string;
  readonly key: PartitionKey;
  /** Places among the given rows, in the order of the frame. */
  readonly places: Int32Array;
  readonly frame: Frame;
};

/**
 * Rows that came as JSON, divided and typed as training read them, without a database: what `plan-scoring.ts` does for
 * files, for a few rows in well under a millisecond. Throws `Failure('invalid-data')` with the row (from 1) and column
 * of a value that does not suit.
 */
export function readRows(
  rows: readonly GivenRow[],
  spec: Spec,
  trained: readonly SnapshotColumn[],
): readonly GivenPart[] {
  const names = new Set(rows.flatMap((row) => Object.keys(row)));
  checkPlaces(spec, names);
  const used = trained.filter(({ name }) => names.has(name) && !isLeftOut(spec, trained, name));
  const columns = used.map((column) => readColumn(rows, column, spec.data.timezone));
  const frame = { rowCount: rows.length, columns };
  const keys = spec.partition.by.map((name) => keyTexts(rows, name, spec, trained));
  const places = new Map<string, number[]>();
  rows.forEach((_, i) => {
    const text = partitionText(
      spec.partition.by,
      keys.map((texts) => texts[i] ?? null),
    );
    places.set(text, [...(places.get(text) ?? []), i]);
  });
  return [...places].map(([text, list]) => {
    const ordered = Int32Array.from(inOrder(list, frame, spec));
    const first = list[0] as number;
    const key = spec.partition.by.map((name, i) => [name, keys[i]?.[first] ?? null]);
    return { text, key: Object.fromEntries(key), places: ordered, frame: takeRows(frame, ordered) };
  });
}

/** The key says which model answers, the time which rows come before a row. */
function checkPlaces({ partition, time, features }: Spec, names: ReadonlySet<string>): void {
  const ordering = time !== undefined && features.engineer.some(looksBack) ? [time] : [];
  const missing = [...partition.by, ...ordering].find((name) => !names.has(name));
  if (missing === undefined) return;
  const what = missing === time ? 'orders the rows that features look back on' : 'tells the model';
  throw new Failure('invalid-data', `The rows have no column \`${missing}\`, which ${what}.`);
}

function inOrder(places: readonly number[], { columns }: Frame, { time }: Spec): readonly number[] {
  const order = columns.find(({ name, kind }) => name === time && kind === 'time');
  if (order?.kind !== 'time') return places;
  const { micros } = order;
  return [...places].sort(
    (a, b) => ((micros[a] as number) || 0) - ((micros[b] as number) || 0) || a - b,
  );
}

function readColumn(
  rows: readonly GivenRow[],
  { name, kind, holds }: SnapshotColumn,
  timezone: string,
): Column {
  const cells = rows.map((row) => (Object.hasOwn(row, name) ? (row[name] as Cell) : null));
  const times = new CellTimes(timezone, cells);
  switch (kind) {
    case 'number':
      return { name, kind, values: Float64Array.from(cells, (cell, i) => numberIn(cell, name, i)) };
    case 'time':
      return {
        name,
        kind,
        micros: Float64Array.from(cells, (cell, i) => timeIn(times, cell, name, i)),
      };
    case 'category':
      return categoryColumn(
        name,
        cells.map((cell) => cellText(cell, holds, (one) => times.microsOf(one))),
      );
  }
}

function categoryColumn(name: string, texts: readonly (string | null)[]): Column {
  const levels = [...new Set(texts.filter((text) => text !== null))].sort((a, b) =>
    a < b ? -1 : 1,
  );
  const codes = new Map(levels.map((level, code) => [level, code]));
  return {
    kind: 'category',
    name,
    levels,
    codes: Int32Array.from(texts, (text) => (text === null ? -1 : (codes.get(text) as number))),
  };
}

/** NaN = missing, as are infinities. */
function numberIn(cell: Cell, name: string, row: number): number {
  if (cell === null) return Number.NaN;
  if (typeof cell === 'boolean') return Number(cell);
  const text = cell === 'true' ? '1' : cell === 'false' ? '0' : cell;
  const number = typeof text === 'number' ? text : numberOf(text);
  if (number === undefined) throw unsuitable(name, row, cell, 'no number');
  return Number.isFinite(number) ? number : Number.NaN;
}

function timeIn(times: CellTimes, cell: Cell, name: string, row: number): number {
  if (cell === null) return Number.NaN;
  const micros = times.microsOf(cell);
  if (Number.isNaN(micros))
    throw unsuitable(name, row, cell, 'no timestamp such as 2026-01-31 12:00:00');
  return micros;
}

function unsuitable(name: string, row: number, cell: Cell, what: string): Failure {
  const shown = JSON.stringify(cell).slice(0, 100);
  return new Failure(
    'invalid-data',
    `Column \`${name}\` holds ${shown} in row ${row + 1}, which is ${what}.`,
  );
}

/** A key column of every row as text: normalised, or the name of the bin that training cut. */
function keyTexts(
  rows: readonly GivenRow[],
  name: string,
  { partition, data }: Spec,
  trained: readonly SnapshotColumn[],
): readonly (string | null)[] {
  const column = trained.find((one) => one.name === name);
  if (column === undefined) throw new RangeError(`The snapshot has no key column "${name}".`);
  const { edges } = column;
  if (edges !== undefined) {
    const labels = binLabels(edges);
    return rows.map((row, i) => {
      const number = numberIn(row[name] ?? null, name, i);
      if (Number.isNaN(number)) return null;
      const at = edges.findIndex((edge) => number < edge);
      return (at < 0 ? labels.at(-1) : labels[at]) ?? null;
    });
  }
  const times = new CellTimes(
    data.timezone,
    rows.map((row) => row[name] ?? null),
  );
  return rows.map((row) => {
    const text = cellText(row[name] ?? null, column.holds, (cell) => times.microsOf(cell));
    return text === null ? null : normalised(text, partition.normalise);
  });
}
