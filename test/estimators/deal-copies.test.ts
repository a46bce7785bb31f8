import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dealCopies } from '../../src/estimators/deal-copies.ts';
import type { Target } from '../../src/estimators/estimator.ts';
import { hashRanks } from '../../src/estimators/row-order.ts';
import { hashRows } from '../../src/frame/row-hash.ts';
import { frameOf, numbers } from '../features/frames.ts';

type Row = { readonly id: number; readonly x: number; readonly y: number };

/** How the rows move: the copies that are one block have one text. */
function deal(rows: readonly Row[], kind: Target['kind'] = 'classes') {
  const columns = {
    id: numbers(
      'id',
      rows.map(({ id }) => id),
    ),
    x: numbers(
      'x',
      rows.map(({ x }) => x),
    ),
    y: numbers(
      'y',
      rows.map(({ y }) => y),
    ),
  };
  const target: Target =
    kind === 'values'
      ? { kind, values: columns.y.values }
      : { kind, codes: Int32Array.from(columns.y.values), classes: ['no', 'yes'] };
  const { rowHashes, repeats } = dealCopies(Int32Array.from(rows.keys()), target, {
    rowHashes: hashRows(frameOf(columns.x, columns.y)),
    featureRanks: (of: Int32Array) => hashRanks(of, hashRows(frameOf(columns.x)), 0),
    sourceHashes: hashRows(frameOf(columns.id, columns.x, columns.y)),
  });
  const blocks = rows.map((_, i) =>
    Buffer.from(rowHashes.subarray(16 * i, 16 * i + 16)).toString('hex'),
  );
  return { blocks, repeats, blockCount: new Set(blocks).size };
}

function rowsOf(...values: readonly (readonly [x: number, y: number])[]): readonly Row[] {
  return values.map(([x, y], id) => ({ id, x, y }));
}

describe('copies of a row', () => {
  it('move as one where they may be one observation that is stored again', () => {
    const twice = Array.from(
      { length: 20 },
      (_, i) => [Math.floor(i / 2) + 0.5, i % 4 < 2 ? 0 : 1] as const,
    );
    expect(deal(rowsOf(...twice))).toMatchObject({ blockCount: 10, repeats: 0 });
    expect(deal(rowsOf([1, 0], [1, 0], [1, 0], [1, 0], [2, 1]))).toMatchObject({ blockCount: 2 });
  });

  it('are dealt by themselves where the same features have different targets', () => {
    expect(deal(rowsOf([1, 0], [1, 0], [1, 1], [2, 1]))).toMatchObject({
      blockCount: 4,
      repeats: 3,
    });
    expect(deal(rowsOf([1, 0.5], [1, 0.5], [1, 0.7], [2, 1]), 'values')).toMatchObject({
      blockCount: 4,
      repeats: 3,
    });
  });

  it('are dealt by themselves where there are more than four', () => {
    const five = Array.from({ length: 5 }, () => [1, 0] as const);
    expect(deal(rowsOf(...five, [2, 1]))).toMatchObject({ blockCount: 6, repeats: 5 });
  });

  it('stay together beside one value that recurs, and not where much of what recurs is values', () => {
    const off = [
      [0, 0],
      [0, 0],
      [0, 1],
    ] as const;
    const twice = [
      [1, 0],
      [1, 0],
      [2, 1],
      [2, 1],
    ] as const;
    expect(deal(rowsOf(...off, ...twice))).toMatchObject({ blockCount: 5, repeats: 3 });
    const other = [
      [3, 0],
      [3, 1],
    ] as const;
    expect(deal(rowsOf(...off, ...other, ...twice))).toMatchObject({ blockCount: 9, repeats: 9 });
  });

  it('are the same blocks in any order, and for any ids', () => {
    const row = fc.record({ x: fc.nat(6), y: fc.nat(1) });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), fc.nat(), (drawn, seed) => {
        const rows = drawn.map((one, id) => ({ ...one, id }));
        const { blocks, repeats } = deal(rows);
        const turned = deal([...rows].reverse());
        expect([...turned.blocks].reverse()).toEqual(blocks);
        expect(turned.repeats).toBe(repeats);
        const renamed = deal(rows.map((one) => ({ ...one, id: (one.id * 7919 + seed) % 100_003 })));
        const contents = (dealt: typeof renamed) =>
          rows.map(({ x, y }, i) => `${dealt.blocks[i]} ${x} ${y}`).sort();
        expect(contents(renamed)).toEqual(contents({ ...turned, blocks }));
      }),
    );
  });
});
