import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Frame } from '../../src/frame/frame.ts';
import { hashRows } from '../../src/frame/row-hash.ts';
import { storedNames } from '../../src/frame/snapshot-layout.ts';
import { openSnapshot } from '../../src/frame/snapshot-reader.ts';
import { writeSnapshotFile } from '../support/snapshot-file.ts';
import { testFolder } from '../support/test-folder.ts';
import { frameOf } from './frames.ts';

const COUNT = 40_000;
const rows = Array.from({ length: COUNT }, (_, i) => i);
const frame: Frame = frameOf({
  x: rows.map((i) => (i % 11 === 0 ? null : i / 7)),
  c: rows.map((i) => (i % 13 === 0 ? null : i < 100 ? 'only at the beginning' : `${(i * 7) % 30}`)),
  t: rows.map((i) => (i % 17 === 0 ? null : new Date(i * 1000))),
});
let path = '';

beforeAll(async () => {
  path = await writeSnapshotFile(frame);
});

/** Rows of the frame as plain values. */
function valuesAt(of: Frame, at: readonly number[]): unknown[] {
  return at.map((row) =>
    of.columns.map((column) => {
      switch (column.kind) {
        case 'number':
          return column.values[row];
        case 'time':
          return column.micros[row];
        case 'category':
          return column.levels[column.codes[row] as number] ?? null;
      }
    }),
  );
}

describe('snapshot reader', () => {
  it.each([
    ['everything', [[0, COUNT]]],
    ['one row', [[12_345, 1]]],
    ['nothing', [[5, 0]]],
    ['a few rows in the middle', [[2_040, 20]]],
    [
      'a union with gaps',
      [
        [3, 5],
        [10, 1],
        [2_047, 2],
        [35_000, 3_000],
      ],
    ],
  ] as const)('gives the rows of %s in order, with their hashes', async (_, list) => {
    const reader = await openSnapshot(path);
    const ranges = list.map(([start, count]) => ({ start, count }));
    const read = await reader.read(ranges, ['x', 'c', 't'], { sourceRows: true });
    const wanted = ranges.flatMap(({ start, count }) => rows.slice(start, start + count));
    expect(read.frame.rowCount).toBe(wanted.length);
    expect(valuesAt(read.frame, rows.slice(0, wanted.length))).toEqual(valuesAt(frame, wanted));
    expect([...(read.sourceRows ?? [])]).toEqual(wanted);
    const hashes = hashRows(frame);
    expect(Buffer.from(read.rowHashes)).toEqual(
      Buffer.concat(wanted.map((row) => hashes.subarray(row * 16, row * 16 + 16))),
    );
    await reader.close();
  });

  it('gives categories the levels of the rows asked for, in code-unit order', async () => {
    const reader = await openSnapshot(path);
    // Row 0 lies between the ranges' row group and is read with it, but is not wanted.
    const read = await reader.read(
      [
        { start: 200, count: 4 },
        { start: 210, count: 2 },
      ],
      ['c'],
    );
    const [column] = read.frame.columns;
    const wanted = [200, 201, 202, 203, 210, 211]
      .filter((i) => i % 13 !== 0)
      .map((i) => `${(i * 7) % 30}`);
    expect(column).toMatchObject({ levels: [...new Set(wanted)].sort() });
    await reader.close();
  });

  it('answers several readers at once', async () => {
    const reader = await openSnapshot(path);
    const starts = [0, 9_000, 20_000, 39_000];
    const reads = await Promise.all(
      starts.map((start) => reader.read([{ start, count: 500 }], ['x'])),
    );
    reads.forEach(({ frame: part }, i) => {
      const wanted = rows.slice(starts[i] as number, (starts[i] as number) + 500);
      expect(part.columns[0]).toMatchObject({
        values: Float64Array.from(wanted, (row) => (row % 11 === 0 ? Number.NaN : row / 7)),
      });
    });
    await reader.close();
  });

  it('puts columns on shared memory when asked', async () => {
    const reader = await openSnapshot(path);
    const read = await reader.read([{ start: 0, count: 10 }], ['x', 'c'], { shared: true });
    const [x, c] = read.frame.columns;
    expect(x?.kind === 'number' && x.values.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(c?.kind === 'category' && c.codes.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(read.rowHashes.buffer).toBeInstanceOf(SharedArrayBuffer);
    await reader.close();
  });

  it('refuses rows and columns that the file does not have, and files that are no snapshot', async () => {
    const reader = await openSnapshot(path);
    await expect(reader.read([{ start: COUNT - 1, count: 2 }], ['x'])).rejects.toMatchObject({
      kind: 'corrupt-object',
    });
    await expect(reader.read([{ start: 0, count: 1 }], ['y'])).rejects.toThrow('no column "y"');
    await reader.close();
    const other = join(testFolder(), 'other.parquet');
    writeFileSync(other, 'no snapshot');
    await expect(openSnapshot(other)).rejects.toMatchObject({ kind: 'corrupt-object' });
  });
});

describe('names in a snapshot file', () => {
  it('are unique when case is ignored, and never one of ours', () => {
    const names = storedNames(['a', 'A', 'a (2)', '__row', 'É', 'é']);
    expect(names).toEqual(['a', 'A (2)', 'a (2) (2)', '__row (2)', 'É', 'é (2)']);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(6);
  });
});
