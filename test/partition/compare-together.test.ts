import { describe, expect, it } from 'vitest';
import { comparePaired } from '../../src/estimators/compare.ts';
import { compareTogether } from '../../src/partition/compare-together.ts';
import { createPredictions, writeLayerInto } from '../../src/partition/predictions.ts';
import type { Side } from '../../src/partition/side-scores.ts';
import type { Truth } from '../../src/partition/truth.ts';
import { seededDraws } from '../support/draws.ts';
import { machineSpec } from '../support/machines.ts';

const ROWS = 6;
const spec = machineSpec({
  target: { column: 'power', task: 'regression' },
  columns: { id: 'reading' },
  algorithms: ['ridge'],
  metric: 'mae',
});

/** By how much the errors of own are smaller in the mean. */
const AHEAD = 0.3;

/** Errors of own and global on every row of so many partitions; the true values are 0. */
function errorsOf(partitions: number, seed: number) {
  const draws = seededDraws(seed);
  const own = new Float64Array(partitions * ROWS);
  const global = new Float64Array(partitions * ROWS);
  for (let place = 0; place < partitions; place++) {
    // What is hard in a partition is hard in all of its rows.
    const common = draws.normal();
    for (let row = place * ROWS; row < (place + 1) * ROWS; row++) {
      own[row] = 5 - AHEAD + Math.abs(draws.normal());
      global[row] = 5 + Math.abs(draws.normal()) + common / 2;
    }
  }
  return { own, global };
}

function compared(partitions: number, seed = 3) {
  const { own, global } = errorsOf(partitions, seed);
  const count = partitions * ROWS;
  const truth: Truth = {
    target: { kind: 'values', values: new Float64Array(count) },
    weights: undefined,
    spec,
  };
  const rows = Int32Array.from({ length: count }, (_, row) => row);
  const sideOf = (errors: Float64Array): Side => {
    const predictions = createPredictions(count, 2, 1);
    writeLayerInto(errors, rows, 0, predictions);
    return { predictions, best: 0, bestWithout: [0, 0, 0] };
  };
  const folds = Uint8Array.from(rows, (row) => row % 3);
  const places = rows.map((row) => Math.floor(row / ROWS));
  const sides = { own: sideOf(own), global: sideOf(global) };
  return { own, global, together: compareTogether(truth, sides, folds, places) };
}

const meanOf = (errors: Float64Array, place: number): number =>
  errors
    .subarray(place * ROWS, (place + 1) * ROWS)
    .reduce((sum, error) => sum + Math.abs(error) / ROWS, 0);

describe('own and global over all partitions together', () => {
  it('are compared as if each partition were one row, its mean', () => {
    const { own, global, together } = compared(12);
    const byPartition = (errors: Float64Array) => ({
      kind: 'values' as const,
      truth: new Float64Array(12),
      prediction: Float64Array.from({ length: 12 }, (_, place) => meanOf(errors, place)),
    });
    const expected = comparePaired('mae', byPartition(own), byPartition(global));
    expect(together?.partitions).toBe(12);
    expect(together?.difference).toBeCloseTo(expected?.difference as number, 12);
    expect(together?.interval.low).toBeCloseTo(expected?.interval.low as number, 12);
    expect(together?.interval.high).toBeCloseTo(expected?.interval.high as number, 12);
    expect(together?.pValue).toBeCloseTo(expected?.pValue as number, 12);
  });

  it('are so wide apart as partitions scatter: 95 % intervals hold the true difference in 91 % of 200 tables at least', () => {
    const holding = Array.from({ length: 200 }, (_, i) => compared(30, 100 + i)).filter(
      ({ together }) => {
        const { low, high } = together?.interval ?? { low: 1, high: 0 };
        return low <= AHEAD && high >= AHEAD;
      },
    );
    expect(holding.length).toBeGreaterThanOrEqual(182);
  });

  it('are not compared where partitions are few', () => {
    expect(compared(9).together).toBeNull();
    expect(compared(10).together).not.toBeNull();
  });
});
