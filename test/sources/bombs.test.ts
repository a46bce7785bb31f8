import {
  closeSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/frame/duckdb.ts';
import { sqlText } from '../../src/frame/sql-text.ts';
import { takeSnapshot } from '../../src/sources/snapshot-process.ts';
import type { SnapshotLimits, SnapshotRequest } from '../../src/sources/snapshot-request.ts';
import type { SpecInput } from '../../src/spec/spec.ts';
import { makeFolder } from '../support/test-folder.ts';
import { requestOf } from './snapshots.ts';

/** Small files that would fill memory and disk if what they hold, or declare, were believed. */
const folder = makeFolder();
const never = new AbortController().signal;

type Source = SpecInput['data']['source'];
type Wishes = Partial<SnapshotLimits> & { readonly cells?: number };

/** How reading ends, in the process that a run reads in; nothing may be left of it. */
async function ending(source: Source, { cells, ...limits }: Wishes = {}): Promise<string> {
  const wishes = cells === undefined ? {} : { limits: { source_cells: cells } };
  const request: SnapshotRequest = requestOf(source, { folder, ...wishes });
  const outcome = await takeSnapshot(
    { ...request, limits: { ...request.limits, ...limits } },
    never,
  ).then(
    ({ snapshot, parquetPath }) => {
      rmSync(parquetPath);
      return `read ${snapshot.rowCount} rows`;
    },
    ({ kind, message }) => `${kind}: ${message}`,
  );
  expect(readdirSync(request.outputFolder)).toEqual([]);
  return outcome;
}

/** `head`, then `times` copies of a megabyte of `unit`; gzip files may stand one behind the other. */
function writeBomb(name: string, head: string, unit: string, times: number): void {
  const megabyte = gzipSync(unit.repeat(Math.ceil((1 << 20) / unit.length)), { level: 9 });
  const file = openSync(join(folder, name), 'w');
  writeSync(file, gzipSync(head));
  for (let i = 0; i < times; i++) writeSync(file, megabyte);
  closeSync(file);
}

describe('text that is small as long as it is packed', () => {
  it('ends at the cells that a source may hold, as CSV and as JSON', async () => {
    writeBomb('rows.csv.gz', 'k,y,x\n', 'a,1,2\n', 2_000);
    writeBomb('rows.json.gz', '', '{"k":"a","y":1,"x":2}\n', 30);
    const csv = await ending({ kind: 'csv', path: 'rows.csv.gz' }, { cells: 2_000_000 });
    expect(csv).toMatch(/^limit-exceeded: rows\.csv\.gz holds .*`limits\.source_cells`/);
    const json = await ending({ kind: 'json', path: 'rows.json.gz' }, { cells: 1_000_000 });
    expect(json).toMatch(/^limit-exceeded: rows\.json\.gz holds .*`limits\.source_cells`/);
  });

  it('ends at one row that goes on and on', async () => {
    writeBomb('quote.csv.gz', 'k,y,x\na,1,"', 'z\n', 2_000);
    expect(await ending({ kind: 'csv', path: 'quote.csv.gz' })).toBe(
      'invalid-data: quote.csv.gz, line 2 opens a quote that does not close within 64 MB.',
    );
    writeBomb('object.json.gz', '{"k":"', 'z', 2_000);
    expect(await ending({ kind: 'json', path: 'object.json.gz' })).toMatch(
      /^invalid-data: object\.json\.gz can't be read: .*maximum.object.size/i,
    );
  });

  it('ends at the disk that reading may take', async () => {
    writeBomb('disk.csv.gz', 'k,y,x\n', 'a,1,a text that is longer than twelve bytes\n', 80);
    expect(await ending({ kind: 'csv', path: 'disk.csv.gz' }, { diskMb: 20 })).toMatch(
      /^limit-exceeded: Reading the source took more than 20 MB of disk: .*read less/,
    );
  });

  it('is not unpacked twice', async () => {
    writeFileSync(join(folder, 'twice.csv.gz'), gzipSync(gzipSync('k,y\na,1\n')));
    const zstd = Buffer.from('28b52ffd0400', 'hex');
    writeFileSync(join(folder, 'packed.csv'), zstd);
    expect(await ending({ kind: 'csv', path: 'twice.csv.gz' })).toMatch(
      /^invalid-data: twice\.csv\.gz is compressed \(gzip\): unpack it/,
    );
    expect(await ending({ kind: 'csv', path: 'packed.csv' })).toMatch(/compressed \(zstd\)/);
  });
});

describe('a Parquet file', () => {
  const ROWS = 54_321;

  beforeAll(async () => {
    const database = await openDatabase({ threads: 1 });
    for (const [name, rows] of [
      ['constant.parquet', 40_000_000],
      ['sound.parquet', ROWS],
    ] as const)
      await database.run(
        `COPY (SELECT 'a' AS k, 1 AS y, 2.5 AS x FROM range(${rows})) TO ${sqlText(join(folder, name))} (FORMAT parquet, ROW_GROUP_SIZE 10000000)`,
      );
    database.close();
  }, 60_000);

  it('of millions of equal rows in some kilobytes is refused before it is read', async () => {
    const limits = { memoryMb: 256, diskMb: 1 };
    expect(await ending({ kind: 'parquet', path: 'constant.parquet' }, limits)).toMatch(
      /^limit-exceeded: constant\.parquet declares 40,000,000 rows × 3 columns in [\d,]+ bytes: there is next to nothing/,
    );
  });

  it.each([
    [
      'more rows than may be read',
      [2 ** 40, 2 ** 40],
      /^limit-exceeded: .* 1,099,511,627,776 rows/,
    ],
    [
      'other rows than its row groups',
      [10, ROWS],
      /^invalid-data: .* declares 10 rows, and its row groups 54321\./,
    ],
    ['fewer than no rows', [-1, -1], /^invalid-data: /],
    ['rows that its pages have not', [60_000_000, 60_000_000], /^(limit-exceeded|invalid-data): /],
    ['fewer rows than its pages', [10, 10], /^(read 10 rows|invalid-data: )/],
  ] as const)('whose footer declares %s is refused', async (_what, [inFile, inGroup], message) => {
    writeFileSync(
      join(folder, 'forged.parquet'),
      forged(join(folder, 'sound.parquet'), ROWS, [inFile, inGroup]),
    );
    expect(await ending({ kind: 'parquet', path: 'forged.parquet' })).toMatch(message);
  });

  it('whose chunks claim sizes that no file has is refused', async () => {
    const bytes = readFileSync(join(folder, 'sound.parquet'));
    const footer = bytes.readUInt32LE(bytes.length - 8);
    bytes.writeUInt32LE(0x7fffffff, bytes.length - 8);
    writeFileSync(join(folder, 'footer.parquet'), bytes);
    expect(footer).toBeLessThan(bytes.length);
    expect(await ending({ kind: 'parquet', path: 'footer.parquet' })).toMatch(/^invalid-data: /);
  });
});

/**
 * A Parquet file whose footer declares other counts of rows: of the file, and of its row group. Both are Thrift's zigzag
 * varints, so that a count that is not likely to stand there by chance is found by its bytes.
 */
function forged(path: string, rows: number, [inFile, inGroup]: readonly [number, number]): Buffer {
  const bytes = readFileSync(path);
  const length = bytes.readUInt32LE(bytes.length - 8);
  const start = bytes.length - 8 - length;
  const old = varint(BigInt(rows));
  const parts: Buffer[] = [];
  let from = start;
  const found: number[] = [];
  for (let at = bytes.indexOf(old, start); at >= 0; at = bytes.indexOf(old, at + 1)) found.push(at);
  // The file's own count comes first; the others are of the group and of the values of its columns.
  found.forEach((at, i) => {
    parts.push(bytes.subarray(from, at), varint(BigInt(i === 0 ? inFile : inGroup)));
    from = at + old.length;
  });
  const footer = Buffer.concat([...parts, bytes.subarray(from, bytes.length - 8)]);
  const tail = Buffer.from(bytes.subarray(bytes.length - 8));
  tail.writeUInt32LE(footer.length);
  return Buffer.concat([bytes.subarray(0, start), footer, tail]);
}

function varint(value: bigint): Buffer {
  let rest = value < 0n ? -2n * value - 1n : 2n * value;
  const out: number[] = [];
  for (; rest > 127n; rest >>= 7n) out.push(Number(rest & 127n) | 128);
  return Buffer.from([...out, Number(rest)]);
}
