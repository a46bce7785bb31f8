import type { Chunk } from './duckdb-chunk.ts';
import type { Column } from './frame.ts';
import { valuesInto } from './place-rows.ts';
import type { Placing } from './row-places.ts';
import type { StoredColumn } from './snapshot-layout.ts';
import { sqlName } from './sql-text.ts';
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
    return { kind: 'category', name: this.#name, ...this.#levels.sortInto(this.#codes) };
  }
}
