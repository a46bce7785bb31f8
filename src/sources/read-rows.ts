import { Failure } from '../domain/failure.ts';
import { type PartitionKey, partitionText } from '../domain/partition.ts';
import { type Frame, takeRows } from '../frame/frame.ts';
import { looksBack } from '../spec/engineered-columns.ts';
import type { Spec } from '../spec/spec.ts';
import { binLabels } from './bin-labels.ts';
import { type Cell, cellText } from './cell-text.ts';
import { CellTimes } from './cell-time.ts';
import { normalised } from './key-text.ts';
import { numberIn, readCells } from './read-cells.ts';
import { isLeftOut } from './scored-columns.ts';
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
  const columns = used.map((column) => {
    const { name } = column;
    const cells = rows.map((row) => (Object.hasOwn(row, name) ? (row[name] as Cell) : null));
    return readCells(cells, column, spec.data.timezone, placeInRows);
  });
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

const placeInRows = (place: number) => ` in row ${place + 1}`;

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
      const number = numberIn(row[name] ?? null, { name, where: placeInRows(i) });
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
