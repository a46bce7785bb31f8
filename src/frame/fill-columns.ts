import { sqlName } from './duckdb.ts';
import type { Chunk } from './duckdb-chunk.ts';
import type { Column } from './frame.ts';
import type { Placing } from './row-places.ts';
import type { StoredColumn } from './snapshot-layout.ts';
import { TextLevels } from './text-levels.ts';

type Allocate = (bytes: number) => ArrayBuffer;

/** A column on its way from chunks into one array. */
export interface Fill {
  readonly sql: string;
  take(chunk: Chunk, at: number, placing: Placing): void;
  column(): Column;
}

export function columnFill(stored: StoredColumn, rowCount: number, allocate: Allocate): Fill {
  const column = sqlName(stored.storedAs);
  return stored.kind === 'category'
    ? new TextFill(stored.name, column, rowCount, allocate)
    : new NumberFill(stored.name, stored.kind, column, rowCount, allocate);
}

class NumberFill implements Fill {
  readonly sql: string;
  readonly #name: string;
  readonly #kind: 'number' | 'time';
  readonly #values: Float64Array;

  constructor(
    name: string,
    kind: 'number' | 'time',
    column: string,
    rowCount: number,
    allocate: Allocate,
  ) {
    const value = kind === 'time' ? `epoch_us(${column})::DOUBLE` : column;
    this.sql = `coalesce(${value}, 'nan'::DOUBLE)`;
    this.#name = name;
    this.#kind = kind;
    this.#values = new Float64Array(allocate(rowCount * 8));
  }

  take(chunk: Chunk, at: number, placing: Placing): void {
    valuesInto(chunk.doubles(at), placing, this.#values);
  }

  column(): Column {
    return this.#kind === 'number'
      ? { kind: 'number', name: this.#name, values: this.#values }
      : { kind: 'time', name: this.#name, micros: this.#values };
  }
}

class TextFill implements Fill {
  readonly sql: string;
  readonly #name: string;
  readonly #codes: Int32Array;
  readonly #levels = new TextLevels();

  constructor(name: string, column: string, rowCount: number, allocate: Allocate) {
    this.sql = column;
    this.#name = name;
    this.#codes = new Int32Array(allocate(rowCount * 4));
  }

  take(chunk: Chunk, at: number, placing: Placing): void {
    valuesInto(chunk.codes(at, this.#levels), placing, this.#codes);
  }

  column(): Column {
    const codes = this.#codes;
    const { levels, places } = this.#levels.sorted(codes);
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i] as number;
      if (code >= 0) codes[i] = places[code] as number;
    }
    return { kind: 'category', name: this.#name, codes, levels };
  }
}

export function valuesInto(
  values: Float64Array | Int32Array,
  { places, run }: Placing,
  target: Float64Array | Int32Array,
): void {
  if (run >= 0) {
    target.set(values, run);
    return;
  }
  for (let i = 0; i < places.length; i++) {
    const place = places[i] as number;
    if (place >= 0) target[place] = values[i] as number;
  }
}

/** Row hashes are stored as two big-endian numbers; DuckDB hands them out little-endian. */
export function hashesInto(
  high: Uint32Array,
  low: Uint32Array,
  { places }: Placing,
  target: Uint8Array,
): void {
  const view = new DataView(target.buffer);
  for (let i = 0; i < places.length; i++) {
    const at = (places[i] as number) * 16;
    if (at < 0) continue;
    view.setUint32(at, high[i * 2 + 1] as number);
    view.setUint32(at + 4, high[i * 2] as number);
    view.setUint32(at + 8, low[i * 2 + 1] as number);
    view.setUint32(at + 12, low[i * 2] as number);
  }
}
