import {
  DuckDBBigIntVector,
  type DuckDBDataChunk,
  DuckDBDoubleVector,
  DuckDBIntegerVector,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBUBigIntVector,
  DuckDBVarCharVector,
} from '@duckdb/node-api';
import type { WrittenValues } from './duckdb-write.ts';
import type { TextLevels } from './text-levels.ts';

/**
 * Up to 2,048 rows of a result as typed arrays. Numbers are views of DuckDB's memory, valid until the next chunk is
 * fetched; where a row is null they hold garbage, so a query coalesces first. Reading cell by cell through the library's
 * accessors costs three times as much, hence the look behind its `private`.
 */
export class Chunk {
  readonly rowCount: number;
  readonly #chunk: DuckDBDataChunk;

  constructor(chunk: DuckDBDataChunk) {
    this.#chunk = chunk;
    this.rowCount = chunk.rowCount;
  }

  /** A DOUBLE column. */
  doubles(column: number): Float64Array {
    const vector = this.#chunk.getColumnVector(column);
    if (vector instanceof DuckDBDoubleVector) return vector['items'];
    throw new TypeError(`Column ${column} is ${vector.type.toString()}, not DOUBLE.`);
  }

  /** An INTEGER column. */
  integers(column: number): Int32Array {
    const vector = this.#chunk.getColumnVector(column);
    if (vector instanceof DuckDBIntegerVector) return vector['items'];
    throw new TypeError(`Column ${column} is ${vector.type.toString()}, not INTEGER.`);
  }

  /** A BIGINT or UBIGINT column as pairs of 32-bit words, the lower first. */
  words(column: number): Uint32Array {
    const vector = this.#chunk.getColumnVector(column);
    if (vector instanceof DuckDBBigIntVector) return wordsOf(vector['items']);
    if (vector instanceof DuckDBUBigIntVector) return wordsOf(vector['items']);
    throw new TypeError(`Column ${column} is ${vector.type.toString()}, not BIGINT.`);
  }

  /** A column of any type that tables have, cell by cell: null = missing, times in µs. */
  values(column: number): WrittenValues {
    const vector = this.#chunk.getColumnVector(column);
    const cells = Array.from({ length: this.rowCount }, (_, i) => {
      const item = vector.getItem(i);
      const isTime = item instanceof DuckDBTimestampValue || item instanceof DuckDBTimestampTZValue;
      return isTime ? item.micros : item;
    });
    // One vector holds one type of value.
    return cells as readonly (number | null)[];
  }

  /** A VARCHAR column as codes of `levels`, which grows by the texts it has not met; −1 = null. */
  codes(column: number, levels: TextLevels): Int32Array {
    const vector = this.#chunk.getColumnVector(column);
    if (!(vector instanceof DuckDBVarCharVector))
      throw new TypeError(`Column ${column} is ${vector.type.toString()}, not VARCHAR.`);
    const { buffer, byteOffset } = vector['dataView'];
    const cells = new Int32Array(buffer, byteOffset, this.rowCount * 4);
    const valid = vector['validity']['data'];
    return levels.encode(cells, valid && wordsOf(valid), (i) => vector.getItem(i) as string);
  }
}

function wordsOf({ buffer, byteOffset, length }: BigInt64Array | BigUint64Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length * 2);
}
