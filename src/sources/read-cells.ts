import { Failure } from '../domain/failure.ts';
import type { CategoryColumn, Column } from '../frame/frame.ts';
import { type Cell, cellText, numberOf } from './cell-text.ts';
import { CellTimes } from './cell-time.ts';
import type { SnapshotColumn } from './snapshot.ts';

/** Where a cell stands, for people. */
type PlaceOf = (place: number) => string;

/**
 * Cells of a column as training read it. Throws `Failure('invalid-data')` with the first that does not suit, and where
 * it is (`placeOf`).
 */
export function readCells(
  cells: readonly Cell[],
  { name, kind, holds }: Pick<SnapshotColumn, 'name' | 'kind' | 'holds'>,
  timezone: string,
  placeOf: PlaceOf = () => '',
): Column {
  const times = new CellTimes(timezone, cells);
  const at = (place: number) => ({ name, where: placeOf(place) });
  switch (kind) {
    case 'number':
      return { name, kind, values: Float64Array.from(cells, (cell, i) => numberIn(cell, at(i))) };
    case 'time':
      return {
        name,
        kind,
        micros: Float64Array.from(cells, (cell, i) => timeIn(times, cell, at(i))),
      };
    case 'category':
      return categoryColumn(
        name,
        cells.map((cell) => cellText(cell, holds, (one) => times.microsOf(one))),
      );
  }
}

export function categoryColumn(name: string, texts: readonly (string | null)[]): CategoryColumn {
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
export function numberIn(cell: Cell, at: CellPlace): number {
  if (cell === null) return Number.NaN;
  if (typeof cell === 'boolean') return Number(cell);
  const text = cell === 'true' ? '1' : cell === 'false' ? '0' : cell;
  const number = typeof text === 'number' ? text : numberOf(text);
  if (number === undefined) throw unsuitable(at, cell, 'no number');
  return Number.isFinite(number) ? number : Number.NaN;
}

function timeIn(times: CellTimes, cell: Cell, at: CellPlace): number {
  if (cell === null) return Number.NaN;
  const micros = times.microsOf(cell);
  if (Number.isNaN(micros)) throw unsuitable(at, cell, 'no timestamp such as 2026-01-31 12:00:00');
  return micros;
}

export type CellPlace = { readonly name: string; readonly where: string };

function unsuitable({ name, where }: CellPlace, cell: Cell, what: string): Failure {
  const shown = JSON.stringify(cell).slice(0, 100);
  return new Failure(
    'invalid-data',
    `Column \`${name}\` holds ${shown}${where}, which is ${what}.`,
  );
}
