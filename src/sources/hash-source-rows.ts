import type { Digest } from '../domain/digest.ts';
import { Failure } from '../domain/failure.ts';
import type { Database } from '../frame/duckdb.ts';
import type { Chunk } from '../frame/duckdb-chunk.ts';
import type { Column, Frame } from '../frame/frame.ts';
import { hashesInto } from '../frame/place-rows.ts';
import { hashRows, PartitionDigest, ROW_HASH_BYTES } from '../frame/row-hash.ts';
import { TextLevels } from '../frame/text-levels.ts';
import type { Division } from './divide-rows.ts';
import type { PlannedColumn } from './plan-columns.ts';
import type { OnProgress } from './snapshot-request.ts';

/** Table of the hashes: source row, place of its partition, the hash in two numbers. */
export const HASHED = 'hashed';

/** Row numbers are 32-bit integers, in files as in frames. */
const MAX_ROWS = 2 ** 31 - 1;

/** Hashes every raw row over all of its columns, as a stream: memory is that of a chunk. */
export async function hashSourceRows(
  database: Database,
  planned: readonly PlannedColumn[],
  division: Division,
  options: { readonly signal: AbortSignal; readonly onProgress: OnProgress },
): Promise<void> {
  const writer = await database.createTable(HASHED, [
    { name: 'source_row', type: 'INTEGER' },
    { name: 'place', type: 'INTEGER' },
    { name: 'high', type: 'UBIGINT' },
    { name: 'low', type: 'UBIGINT' },
  ]);
  const list = ['raw.rowid::INTEGER', 'place', ...planned.map(valueSql)];
  let rows = 0;
  for await (const chunk of database.stream(`SELECT ${list.join(', ')} FROM ${division.from}`)) {
    options.signal.throwIfAborted();
    const { high, low } = splitHashes(hashRows(frameOf(chunk, planned)));
    writer.append([chunk.integers(0), chunk.integers(1), high, low], chunk.rowCount);
    rows += chunk.rowCount;
    options.onProgress({ step: 'hashing', rows });
  }
  writer.close();
}

/** Throws `Failure('limit-exceeded')` beyond what row numbers can count. */
export function checkRowCount(rowCount: number): void {
  if (rowCount > MAX_ROWS)
    throw new Failure(
      'limit-exceeded',
      `${rowCount} rows are more than the ${MAX_ROWS} that a snapshot can number.`,
    );
}

/** Digest and row count of every partition, by place. */
export async function digestPartitions(
  database: Database,
  count: number,
): Promise<readonly { readonly digest: Digest; readonly rows: number }[]> {
  const digests = Array.from({ length: count }, () => ({ digest: new PartitionDigest(), rows: 0 }));
  const sorted = `SELECT place, high, low FROM ${HASHED} ORDER BY place, high, low`;
  for await (const chunk of database.stream(sorted)) {
    const places = chunk.integers(0);
    const bytes = joinHashes(chunk);
    for (let from = 0, to = 0; from < places.length; from = to) {
      const place = places[from] as number;
      while (to < places.length && places[to] === place) to++;
      const partition = digests[place] as (typeof digests)[number];
      partition.digest.update(bytes.subarray(from * ROW_HASH_BYTES, to * ROW_HASH_BYTES));
      partition.rows += to - from;
    }
  }
  return digests.map(({ digest, rows }) => ({ digest: digest.digest(), rows }));
}

function valueSql({ kind, sql }: PlannedColumn): string {
  if (kind === 'category') return `(${sql})::VARCHAR`;
  const double = kind === 'time' ? `epoch_us(${sql})::DOUBLE` : sql;
  return `coalesce(${double}, 'nan'::DOUBLE)`;
}

/** The values behind source row and place; levels in order of appearance, which hashes do not see. */
function frameOf(chunk: Chunk, planned: readonly PlannedColumn[]): Frame {
  const columns = planned.map(({ name, kind }, i): Column => {
    if (kind === 'category') {
      const levels = new TextLevels();
      return { kind, name, codes: chunk.codes(i + 2, levels), levels: levels.texts };
    }
    const values = chunk.doubles(i + 2);
    return kind === 'number' ? { kind, name, values } : { kind, name, micros: values };
  });
  return { rowCount: chunk.rowCount, columns };
}

/** Hash bytes as two columns of big-endian numbers: their order is the order of the bytes. */
function splitHashes(hashes: Uint8Array): {
  readonly high: BigUint64Array;
  readonly low: BigUint64Array;
} {
  const count = hashes.length / ROW_HASH_BYTES;
  const view = new DataView(hashes.buffer, hashes.byteOffset);
  const high = new Uint32Array(count * 2);
  const low = new Uint32Array(count * 2);
  for (let i = 0; i < count; i++) {
    high[i * 2 + 1] = view.getUint32(i * ROW_HASH_BYTES);
    high[i * 2] = view.getUint32(i * ROW_HASH_BYTES + 4);
    low[i * 2 + 1] = view.getUint32(i * ROW_HASH_BYTES + 8);
    low[i * 2] = view.getUint32(i * ROW_HASH_BYTES + 12);
  }
  return { high: new BigUint64Array(high.buffer), low: new BigUint64Array(low.buffer) };
}

function joinHashes(chunk: Chunk): Uint8Array {
  const bytes = new Uint8Array(chunk.rowCount * ROW_HASH_BYTES);
  const places = Int32Array.from({ length: chunk.rowCount }, (_, i) => i);
  hashesInto(chunk.words(1), chunk.words(2), { places, run: 0, found: places.length }, bytes);
  return bytes;
}
