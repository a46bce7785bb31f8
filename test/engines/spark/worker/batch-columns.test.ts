import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asTrained,
  type TrainedColumn,
} from '../../../../src/engines/spark/worker/batch-columns.ts';
import { ArrowColumns } from '../../../../src/frame/arrow-columns.ts';
import { ARROW_HEAD_BYTES, metadataLengthOf } from '../../../../src/frame/arrow-message.ts';
import {
  StructReader,
  type StructType,
  StructWriter,
} from '../../../../src/frame/arrow-structs.ts';
import type { Column } from '../../../../src/frame/frame.ts';
import { type Cell, numberText } from '../../../../src/sources/cell-text.ts';
import type { Holds } from '../../../../src/sources/holds.ts';
import { readCells } from '../../../../src/sources/read-cells.ts';

const ARRIVING = { number: 'double', category: 'string', time: 'timestamp_ntz' } as const;

describe('a column of a batch', () => {
  it.each<[what: string, trained: Omit<TrainedColumn, 'name'>, cells: fc.Arbitrary<string>]>([
    ['numbers', { kind: 'number', holds: 'number' }, fc.double().map(String)],
    ['truths', { kind: 'number', holds: 'number' }, fc.constantFrom('true', 'false')],
    [
      'whole numbers',
      { kind: 'category', holds: 'integer' },
      fc.constantFrom('7', '007', '7.0', 'x'),
    ],
    ['truths as labels', { kind: 'category', holds: 'boolean' }, fc.constantFrom('YES', 'f', '?')],
    [
      'times',
      { kind: 'time', holds: 'time_text' },
      fc.constantFrom('2026-01-31', '2026-03-29T02:30:00'),
    ],
    [
      'days as labels',
      { kind: 'category', holds: 'local_time' },
      fc.constantFrom('2026/01/31', '?'),
    ],
    ['words', { kind: 'category', holds: 'text' }, fc.string()],
  ])('of texts is read as rows that come as JSON are: %s', (_what, trained, texts) => {
    fc.assert(
      fc.property(fc.array(fc.option(texts), { minLength: 1, maxLength: 20 }), (cells) => {
        expect(read('category', cells, trained)).toEqual(asJson(cells, trained));
      }),
      { seed: 7, numRuns: 50 },
    );
  });

  it.each<[kind: Column['kind'], holds: Holds]>([
    ['number', 'number'],
    ['category', 'number'],
    ['category', 'text'],
    ['category', 'boolean'],
  ])('of numbers is read as %s, %s', (kind, holds) => {
    const cells = [0.1, 1e21, null, -0, 1, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY];
    const trained = { kind, holds };
    const json = cells.map((cell) =>
      cell === null || kind === 'number' ? cell : numberText(cell),
    );
    expect(read('number', cells, trained)).toEqual(asJson(json, trained));
  });

  it('of times is read as times, or as the text of them', () => {
    const cells = [1_769_860_800_000_000n, null, 1_769_860_800_500_000n];
    const micros = Float64Array.of(1_769_860_800_000_000, Number.NaN, 1_769_860_800_500_000);
    expect(read('time', cells, { kind: 'time', holds: 'instant' })).toEqual({
      kind: 'time',
      name: 'c',
      micros,
    });
    expect(read('time', cells, { kind: 'category', holds: 'local_time' })).toMatchObject([
      '2026-01-31 12:00:00',
      null,
      '2026-01-31 12:00:00.5',
    ]);
  });

  it('tells the value that is no number', () => {
    const trained = { kind: 'number', holds: 'number' } as const;
    expect(() => read('category', ['1', 'two'], trained)).toThrow(
      'Column `c` holds "two", which is no number.',
    );
  });
});

/** Texts of a category, since the order of its levels says nothing; another column as it is. */
function plain(column: Column) {
  if (column.kind !== 'category') return column;
  return Array.from(column.codes, (code) => column.levels[code] ?? null);
}

function asJson(cells: readonly Cell[], trained: Omit<TrainedColumn, 'name'>) {
  return plain(readCells(cells, { ...trained, name: 'c' }, 'UTC'));
}

/** The cells as a worker gets them from Spark. */
function read(
  arriving: Column['kind'],
  cells: readonly (string | number | bigint | null)[],
  trained: Omit<TrainedColumn, 'name'>,
) {
  const type: StructType = ARRIVING[arriving];
  const writer = new StructWriter([{ name: 'c', type }]);
  const { columns } = new StructReader(message(writer.schema)).columns(
    message(writer.batch([cells])),
  );
  const raw = new ArrowColumns(columns, [{ name: 'c', kind: arriving }]);
  return plain(asTrained(raw, 0, { ...trained, name: 'c' }, 'UTC'));
}

function message(bytes: Uint8Array) {
  const end = ARROW_HEAD_BYTES + metadataLengthOf(bytes);
  return {
    head: bytes.subarray(0, ARROW_HEAD_BYTES),
    metadata: bytes.subarray(ARROW_HEAD_BYTES, end),
    body: bytes.slice(end),
  };
}
