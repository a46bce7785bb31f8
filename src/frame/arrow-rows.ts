import { type Data, DataType, TimeUnit, Type } from 'apache-arrow';
import { Failure } from '../domain/failure.ts';
import type { Column, RowRange } from './frame.ts';
import { hashesInto, valuesInto } from './place-rows.ts';
import { type Placing, RowPlaces } from './row-places.ts';
import type { StoredColumn } from './snapshot-layout.ts';
import type { SnapshotRows } from './snapshot-reader.ts';
import { TextLevels } from './text-levels.ts';

/** Texts are looked up this many rows at a time: within the slots of `TextLevels`. */
const TEXT_ROWS = 2048;

/**
 * The rows of one partition that arrive in Arrow batches, in any order; each is put where a snapshot reader would have
 * put it, on shared memory. Columns of a batch, by position: row number (the lower half of a 64-bit number; 2^32 − 1: no
 * row), hash high and low unless nobody wants them, then the named ones.
 */
export class ArrowRows {
  readonly #places: RowPlaces;
  readonly #hasHashes: boolean;
  readonly #rowHashes: Uint8Array;
  readonly #fills: readonly Fill[];
  #found = 0;

  /** Ranges in any order, disjoint; rows stand range after range. */
  constructor(
    columns: readonly Pick<StoredColumn, 'name' | 'kind'>[],
    ranges: readonly RowRange[],
    hasHashes: boolean,
  ) {
    this.#places = new RowPlaces(ranges);
    const { rowCount } = this.#places;
    this.#hasHashes = hasHashes;
    this.#rowHashes = new Uint8Array(new SharedArrayBuffer(hasHashes ? rowCount * 16 : 0));
    this.#fills = columns.map((column) =>
      column.kind === 'category'
        ? new TextFill(column.name, rowCount)
        : new NumberFill(column.name, column.kind, rowCount),
    );
  }

  take(columns: readonly Data[]): void {
    const [rows, ...others] = columns as [Data, ...Data[]];
    const [high, low] = others;
    const values = others.slice(this.#hasHashes ? 2 : 0);
    if (values.length !== this.#fills.length)
      throw new Failure(
        'invalid-data',
        `${this.#fills.length} columns are wanted, Spark sent ${values.length}.`,
      );
    const placing = this.#places.locate(halvesOf(rows, 'row number', 0));
    if (this.#hasHashes && high && low)
      hashesInto(wordsOf(high), wordsOf(low), placing, this.#rowHashes);
    this.#fills.forEach((fill, i) => fill.take(values[i] as Data, placing));
    this.#found += placing.found;
  }

  /** Throws `Failure('corrupt-object')` unless every row of the ranges has come, once. */
  finish(): SnapshotRows {
    const { rowCount } = this.#places;
    if (this.#found !== rowCount)
      throw new Failure(
        'corrupt-object',
        `Spark sent ${this.#found} of the ${rowCount} rows: the snapshot's file does not hold what its index says.`,
      );
    const frame = { rowCount, columns: this.#fills.map((fill) => fill.column()) };
    return { frame, rowHashes: this.#rowHashes };
  }
}

interface Fill {
  take(data: Data, placing: Placing): void;
  column(): Column;
}

class NumberFill implements Fill {
  readonly #name: string;
  readonly #kind: 'number' | 'time';
  readonly #values: Float64Array;

  constructor(name: string, kind: 'number' | 'time', rowCount: number) {
    this.#name = name;
    this.#kind = kind;
    this.#values = new Float64Array(new SharedArrayBuffer(rowCount * 8));
  }

  take(data: Data, placing: Placing): void {
    const values =
      this.#kind === 'number' ? doublesOf(data, this.#name) : microsOf(data, this.#name);
    valuesInto(values, placing, this.#values);
  }

  column(): Column {
    return this.#kind === 'number'
      ? { kind: 'number', name: this.#name, values: this.#values }
      : { kind: 'time', name: this.#name, micros: this.#values };
  }
}

class TextFill implements Fill {
  readonly #name: string;
  readonly #codes: Int32Array;
  readonly #levels = new TextLevels();

  constructor(name: string, rowCount: number) {
    this.#name = name;
    this.#codes = new Int32Array(new SharedArrayBuffer(rowCount * 4));
  }

  take(data: Data, placing: Placing): void {
    valuesInto(codesOf(data, this.#name, this.#levels), placing, this.#codes);
  }

  column(): Column {
    return { kind: 'category', name: this.#name, ...this.#levels.sortInto(this.#codes) };
  }
}

/** The upper halves of an Arrow column of 64-bit numbers without gaps, as signed numbers. */
export function upperHalves(data: Data, name: string): Int32Array {
  return halvesOf(data, name, 1);
}

function halvesOf(data: Data, name: string, half: 0 | 1): Int32Array {
  if (!DataType.isInt(data.type) || data.type.bitWidth !== 64 || data.nullCount > 0)
    throw wrongType(name, data);
  const words = wordsOf(data);
  const halves = new Int32Array(data.length);
  for (let i = 0; i < halves.length; i++) halves[i] = words[i * 2 + half] as number;
  return halves;
}

/** Doubles of an Arrow column; NaN = missing. */
export function doublesOf(data: Data, name: string): Float64Array {
  if (!DataType.isFloat(data.type) || !(data.values instanceof Float64Array))
    throw wrongType(name, data);
  return withMissing(data, data.values, Number.NaN);
}

/** Times as doubles: the nearest one beyond 2^53 µs. */
export function microsOf(data: Data, name: string): Float64Array {
  if (!DataType.isTimestamp(data.type) || data.type.unit !== TimeUnit.MICROSECOND)
    throw wrongType(name, data);
  const words = wordsOf(data);
  const micros = new Float64Array(data.length);
  for (let i = 0; i < micros.length; i++)
    micros[i] = ((words[i * 2 + 1] as number) | 0) * 2 ** 32 + (words[i * 2] as number);
  return withMissing(data, micros, Number.NaN);
}

/** 64-bit values as pairs of words, the lower first. */
function wordsOf({ values, length }: Data): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, length * 2);
}

/** A text column as codes of `levels`, which grows; −1 = missing. */
export function codesOf(data: Data, name: string, levels: TextLevels): Int32Array {
  if (!DataType.isUtf8(data.type) && !DataType.isLargeUtf8(data.type)) throw wrongType(name, data);
  const offsets = Int32Array.from(data.valueOffsets as ArrayLike<number | bigint>, Number);
  const { buffer, byteOffset, length } = data.values as Uint8Array;
  const bytes = Buffer.from(buffer, byteOffset, length);
  const codes = new Int32Array(data.length);
  const cells = new Int32Array(TEXT_ROWS * 4);
  const cellBytes = Buffer.from(cells.buffer);
  for (let from = 0; from < data.length; from += TEXT_ROWS) {
    const count = Math.min(TEXT_ROWS, data.length - from);
    const textAt = (i: number) => bytes.toString('utf8', offsets[from + i], offsets[from + i + 1]);
    cells.fill(0);
    for (let i = 0; i < count; i++) {
      const start = offsets[from + i] as number;
      const size = (offsets[from + i + 1] as number) - start;
      cells[i * 4] = size;
      // As DuckDB does it: a short text in its cell, of a long one where it stands.
      if (size <= 12) bytes.copy(cellBytes, i * 16 + 4, start, start + size);
      else cells[i * 4 + 1] = start;
    }
    codes.set(levels.encode(cells.subarray(0, count * 4), null, textAt), from);
  }
  return withMissing(data, codes, -1);
}

/** The values with a mark where the validity bits say that there is none. */
function withMissing<Values extends Float64Array | Int32Array>(
  data: Data,
  values: Values,
  mark: number,
): Values {
  if (data.nullCount === 0) return values.subarray(0, data.length) as Values;
  const marked = values.slice(0, data.length) as Values;
  for (let i = 0; i < marked.length; i++) if (!data.getValid(i)) marked[i] = mark;
  return marked;
}

function wrongType(name: string, { typeId }: Data): Failure {
  return new Failure('invalid-data', `Column \`${name}\` came from Spark as ${Type[typeId]}.`);
}
