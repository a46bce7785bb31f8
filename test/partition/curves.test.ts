import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { precisionRecallCurve, rocCurve } from '../../src/partition/curves.ts';

/** Rows of two classes with probabilities of few values, so that some tie. */
const tables = fc
  .array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 20 })), { minLength: 2, maxLength: 300 })
  .filter((rows) => new Set(rows.map(([isPositive]) => isPositive)).size === 2);

describe('curves', () => {
  it('are drawn by their corners: few points for few rows, from one side to the other', () => {
    const few = rowsOf([
      [true, 19],
      [false, 15],
      [true, 7],
      [false, 2],
    ]);
    expect(rocCurve(few)).toEqual([
      { fpr: 0, tpr: 0.5 },
      { fpr: 0.4949, tpr: 0.5 },
      { fpr: 0.5051, tpr: 1 },
      { fpr: 1, tpr: 1 },
    ]);
    fc.assert(
      fc.property(tables, (rows) => {
        const roc = rocCurve(rowsOf(rows));
        expect([roc[0]?.fpr, roc.at(-1)]).toEqual([0, { fpr: 1, tpr: 1 }]);
        const pr = precisionRecallCurve(rowsOf(rows));
        expect([pr[0]?.recall, pr.at(-1)?.recall]).toEqual([0, 1]);
      }),
      { seed: 7 },
    );
  });

  it('have the area that the rows have', () => {
    fc.assert(
      fc.property(tables, (rows) => {
        expect(areaUnder(rocCurve(rowsOf(rows)))).toBeCloseTo(pairwise(rows), 1);
      }),
      { seed: 7 },
    );
  });
});

type Rows = readonly (readonly [isPositive: boolean, rank: number])[];

function rowsOf(rows: Rows) {
  return {
    kind: 'classes' as const,
    classes: ['no', 'yes'],
    positive: 'yes',
    truth: Int32Array.from(rows, ([isPositive]) => (isPositive ? 1 : 0)),
    probabilities: Float64Array.from(rows.flatMap(([, rank]) => [1 - rank / 20, rank / 20])),
    weights: undefined,
  };
}

function areaUnder(points: readonly { readonly fpr: number; readonly tpr: number }[]): number {
  return points.slice(1).reduce((sum, { fpr, tpr }, i) => {
    const before = points[i] as { readonly fpr: number; readonly tpr: number };
    return sum + ((fpr - before.fpr) * (tpr + before.tpr)) / 2;
  }, 0);
}

/** How often a positive row ranks above a negative one, ties half. */
function pairwise(rows: Rows): number {
  const pairs = rows.flatMap(([isPositive, rank]) =>
    isPositive
      ? rows.flatMap(([other, low]) => (other ? [] : [rank > low ? 1 : rank < low ? 0 : 0.5]))
      : [],
  );
  return pairs.reduce<number>((sum, win) => sum + win, 0) / pairs.length;
}
