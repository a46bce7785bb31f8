import { RecordBatchReader } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { ARROW_END } from '../../src/frame/arrow-message.ts';
import { type StructValues, StructWriter } from '../../src/frame/arrow-structs.ts';

const writer = new StructWriter([
  { name: 'count', type: 'int' },
  { name: 'long', type: 'bigint' },
  { name: 'share', type: 'double' },
  { name: 'name', type: 'string' },
  { name: 'bytes', type: 'binary' },
  { name: 'is', type: 'boolean' },
  { name: 'when', type: 'timestamp' },
]);
const rows = [
  [1, -2n, 0.5, 'ä', Uint8Array.of(1, 2), true, 1_000n],
  [null, null, null, null, null, null, null],
  [-3, 2n ** 62n, -0, '', new Uint8Array(), false, -1n],
] as const;
const columns: readonly StructValues[] = rows[0].map((_, column) =>
  rows.map((row) => row[column] ?? null),
);

describe('a stream of struct batches', () => {
  it('holds the values of every type, and those that are missing', () => {
    const batch = writer.batch(columns);
    const stream = Buffer.concat([writer.schema, batch, batch, ARROW_END]);
    const batches = [...RecordBatchReader.from(stream)];
    expect(batches).toHaveLength(2);
    const struct = batches[1]?.getChildAt(0);
    const read = [0, 1, 2].map((i) => Object.values(struct?.get(i).toJSON()));
    expect(read[0]).toEqual([1, -2n, 0.5, 'ä', Uint8Array.of(1, 2), true, 0.001 * 1000]);
    expect(read[1]).toEqual(rows[1]);
    expect(read[2]?.slice(0, 6)).toEqual([-3, 2n ** 62n, -0, '', new Uint8Array(), false]);
  });

  it.each([
    ['too few columns', columns.slice(1), '7 columns are declared, 6 came.'],
    ['a short column', columns.with(2, [1]), 'Column `share` has 1 values for 3 rows.'],
    ['columns in another order', columns.toReversed(), 'Column `count` is int, but holds bigint'],
    [
      'a fraction for an int',
      columns.with(0, [1.5, 1, 1]),
      'Column `count` is int, but holds number 1.5',
    ],
    ['an int that is too large', columns.with(0, [2 ** 31, 1, 1]), 'holds number 2147483648'],
    [
      'a number for text',
      columns.with(3, ['a', 2, 'c']),
      'Column `name` is string, but holds number 2',
    ],
    ['text for bytes', columns.with(4, ['a', null, null]), 'Column `bytes` is binary'],
    ['a number for a truth', columns.with(5, [1, null, null]), 'Column `is` is boolean'],
  ])('is refused with %s, by name', (_, wrong, sentence) => {
    expect(() => writer.batch(wrong)).toThrow(sentence);
  });
});
