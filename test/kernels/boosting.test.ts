import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Model } from '../../src/estimators/estimator.ts';
import { gradientBoosting } from '../../src/estimators/gradient-boosting.ts';
import { loadModel } from '../../src/estimators/registry.ts';
import { weightedQuantile } from '../../src/estimators/weighted-quantile.ts';
import { type Matrix, matrixColumn } from '../../src/frame/frame.ts';
import {
  classes,
  classTable,
  matrixOf,
  seededRandom,
  type Table,
  values,
  valueTable,
} from '../support/tables.ts';

type Parameters = { readonly [parameter: string]: unknown };

function fit({ x, y }: Table, parameters: Parameters = {}, seed = 1n, weights?: Float64Array) {
  const parsed = gradientBoosting.parameters.parse(parameters);
  return gradientBoosting.fit(x, y, parsed, { seed, ...(weights && { weights }) });
}

/** How many rounds a model kept; it has one output. */
function roundsOf(model: Model): number {
  return (model.toJson() as { trees: unknown[] }).trees.length;
}

/** The predictions for the first row of a table with one column swept from low to high. */
function sweep(model: Model, x: Matrix, column: number, row: number): Float64Array {
  const steps = 60;
  const data = new Float64Array(steps * x.names.length);
  x.names.forEach((_, f) => {
    const fixed = matrixColumn(x, f)[row] as number;
    for (let i = 0; i < steps; i++)
      data[f * steps + i] = f === column ? -0.1 + (1.2 * i) / steps : fixed;
  });
  const swept = { rowCount: steps, names: x.names, data };
  const shares = model.predictProbabilities?.(swept);
  return shares === undefined ? model.predict(swept) : shares.filter((_, i) => i % 2 === 1);
}

describe('monotone columns', () => {
  const gaps = (table: Table): Table => ({
    ...table,
    x: { ...table.x, data: table.x.data.map((v, i) => (i % 13 === 0 ? Number.NaN : v)) },
  });

  it.each(['squared', 'poisson', 'tweedie'])(
    'never fall where they may only rise: %s',
    (objective) => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
          // The target falls with x1 and wavers: rising has to be enforced against the data.
          const table = gaps(valueTable(150, seed));
          const model = fit(table, {
            objective,
            rounds: 20,
            min_leaf: 3,
            monotone: { x1: 'rising', x0: 'rising', x2: 'falling' },
          });
          for (const row of [1, 40, 90]) {
            expectRising(sweep(model, table.x, 1, row));
            expectRising(sweep(model, table.x, 0, row));
            expectRising(sweep(model, table.x, 2, row).map((v) => -v));
          }
        }),
        { numRuns: 15 },
      );
    },
  );

  it('bind the chance of the second of two classes', () => {
    const { x, y } = classTable(300, 4);
    const two = {
      x,
      y: classes(
        Array.from(y.codes, (code) => Math.min(code, 1)),
        ['a', 'b'],
      ),
    };
    const model = fit(two, { min_leaf: 5, monotone: { x0: 'falling', x3: 'rising' } });
    for (const row of [0, 17, 99]) {
      // The logistic function itself is exact to a few units in the last place only.
      expectRising(sweep(model, x, 3, row), 1e-14);
      expectRising(
        sweep(model, x, 0, row).map((v) => -v),
        1e-14,
      );
    }
  });

  it('cost nothing where the data agrees', () => {
    const table = valueTable(300, 5);
    const free = fit(table, { min_leaf: 5 });
    const bound = fit(table, { min_leaf: 5, monotone: { x0: 'rising', x1: 'falling' } });
    expect(errorOf(bound, valueTable(300, 6))).toBeLessThan(
      1.05 * errorOf(free, valueTable(300, 6)),
    );
  });

  it('are refused where they have no meaning', () => {
    const monotone = { x0: 'rising' };
    expect(() => fit(classTable(90, 1), { monotone })).toThrow(/two classes, and there are 3/);
    expect(() => fit(valueTable(90, 1), { monotone, objective: 'absolute' })).toThrow(/medians/);
    const { x, y } = valueTable(90, 1);
    expect(() => fit({ x: { ...x, levelCounts: [3, 0, 0, 0] }, y }, { monotone })).toThrow(/text/);
  });
});

describe('columns of levels', () => {
  const random = seededRandom(9);
  const codes = Array.from({ length: 600 }, () => Math.floor(random() * 20));
  const noise = Array.from({ length: 600 }, () => random());
  // What a level does alternates: codes in their order say next to nothing.
  const target = codes.map((code, i) => (code % 2) * 4 + (noise[i] as number));
  const asNumbers = matrixOf([codes, noise.map((v) => Math.round(v * 100))]);
  const asLevels = { ...asNumbers, levelCounts: [20, 0] };

  it('are told apart by one split, whatever their codes', () => {
    const one = { rounds: 1, leaves: 2, learning_rate: 1, min_leaf: 5 };
    const grouped = fit({ x: asLevels, y: values(target) }, one);
    const ordered = fit({ x: asNumbers, y: values(target) }, one);
    expect(errorOf(grouped, { x: asLevels, y: values(target) })).toBeLessThan(0.3);
    expect(errorOf(ordered, { x: asNumbers, y: values(target) })).toBeGreaterThan(3);
  });

  it('give the same predictions when the codes are dealt anew', () => {
    const dealt = (code: number) => (code * 7 + 3) % 20;
    const x = { ...matrixOf([codes.map(dealt), noise.map((v) => Math.round(v * 100))]) };
    const one = fit({ x: asLevels, y: values(target) }, { rounds: 30 });
    const other = fit({ x: { ...x, levelCounts: [20, 0] }, y: values(target) }, { rounds: 30 });
    const predicted = other.predict(x);
    one.predict(asLevels).forEach((value, i) => {
      expect(predicted[i]).toBeCloseTo(value, 6);
    });
  });

  it('send missing and unknown levels somewhere, and keep their splits in bytes', () => {
    const withGaps = {
      ...asLevels,
      data: asLevels.data.map((v, i) => (i < 600 && i % 9 === 0 ? Number.NaN : v)),
    };
    const y = values(target.map((v, i) => (i % 9 === 0 ? 9 : v)));
    const model = fit({ x: withGaps, y }, { min_leaf: 5 });
    const predicted = model.predict(withGaps);
    expect(predicted[0]).toBeGreaterThan(7);
    expect(JSON.stringify(model.toJson())).toContain('"levels":[');
    const loaded = loadModel(model.toBytes());
    expect(loaded.predict(withGaps)).toEqual(predicted);
    expect(Buffer.compare(loaded.toBytes(), model.toBytes())).toBe(0);
    const unknown = {
      ...matrixOf([
        [19, 21, 300],
        [1, 1, 1],
      ]),
    };
    expect(model.predict(unknown).every(Number.isFinite)).toBe(true);
  });

  it('serve classes too', () => {
    const y = classes(codes.map((code) => code % 3));
    const model = fit({ x: asLevels, y }, { rounds: 30 });
    const right = model.predict(asLevels).filter((code, i) => code === (codes[i] as number) % 3);
    expect(right.length).toBeGreaterThan(590);
  });
});

describe('early stopping', () => {
  const noisy = (seed: number): Table => {
    const { x, y } = valueTable(400, seed);
    const random = seededRandom(seed + 50);
    return { x, y: values(Array.from(y.values, (value) => value + 6 * (random() - 0.5))) };
  };

  it('keeps fewer rounds, no worse on new rows than all of them', () => {
    const all = fit(noisy(1), { rounds: 400 });
    const stopped = fit(noisy(1), { rounds: 400, early_stopping: {} });
    expect(roundsOf(all)).toBe(400);
    expect(roundsOf(stopped)).toBeLessThan(150);
    expect(errorOf(stopped, noisy(2))).toBeLessThan(errorOf(all, noisy(2)));
  });

  it('looks at the seed, and at nothing else that is random', () => {
    const stop = { rounds: 200, early_stopping: { rounds: 5, fraction: 0.2 } };
    const bytes = (seed: bigint) => Buffer.from(fit(noisy(3), stop, seed).toBytes());
    expect(bytes(1n).equals(bytes(1n))).toBe(true);
    expect(bytes(1n).equals(bytes(2n))).toBe(false);
  });

  it('serves classes, of which each has rows on both sides, and every objective', () => {
    const model = fit(classTable(300, 3), { rounds: 300, early_stopping: {} });
    expect(roundsOf(model)).toBeLessThan(3 * 300);
    for (const objective of ['absolute', 'quantile', 'poisson', 'tweedie'])
      expect(roundsOf(fit(noisy(4), { objective, rounds: 500, early_stopping: {} }))).toBeLessThan(
        500,
      );
  });

  it('goes on to the end where a table is too small to set rows aside', () => {
    const table = { x: matrixOf([[1, 2, 3, 4]]), y: values([1, 2, 3, 4]) };
    const parameters = { rounds: 7, min_leaf: 1, early_stopping: {} };
    expect(roundsOf(fit(table, parameters))).toBe(7);
  });
});

describe('objectives', () => {
  it('repeat the best constant when no split is possible', () => {
    const numbers = [5, 1, 2, 9, 3, 7, 4];
    const weights = Float64Array.from(numbers, (v) => (v % 3) + 1);
    const x = matrixOf([numbers.map(() => 1)]);
    const constant = (parameters: Parameters) =>
      fit({ x, y: values(numbers) }, parameters, 1n, weights).predict(x)[0];
    const mean =
      numbers.reduce((sum, v, i) => sum + v * weights[i]!, 0) / weights.reduce((a, b) => a + b);
    expect(constant({ objective: 'poisson' })).toBeCloseTo(mean, 9);
    expect(constant({ objective: 'tweedie' })).toBeCloseTo(mean, 9);
    expect(constant({ objective: 'absolute' })).toBeCloseTo(
      weightedQuantile(Float64Array.from(numbers), 0.5, weights),
      6,
    );
    expect(constant({ objective: 'quantile', quantile: 0.9 })).toBeCloseTo(7, 6);
  });

  it('leave as many rows below as the quantile says', () => {
    const { x, y } = valueTable(2000, 7);
    const random = seededRandom(3);
    const numbers = Array.from(y.values, (value) => value + 2 * random());
    for (const quantile of [0.1, 0.5, 0.9]) {
      const predicted = fit({ x, y: values(numbers) }, { objective: 'quantile', quantile }).predict(
        x,
      );
      const below = numbers.filter((value, i) => value <= predicted[i]!).length / 2000;
      expect(Math.abs(below - quantile)).toBeLessThan(0.03);
    }
  });

  it('give each leaf its own weighted quantile', () => {
    const { y } = valueTable(120, 8);
    const side = Array.from({ length: 120 }, (_, i) => (i < 50 ? 0 : 1));
    const numbers = Array.from(y.values, (value, i) => value + 10 * side[i]!);
    const weights = Float64Array.from(side, (_, i) => (i % 3) + 1);
    const parameters = { objective: 'quantile', quantile: 0.3, rounds: 1, learning_rate: 1 };
    const table = { x: matrixOf([side]), y: values(numbers) };
    const predicted = fit(table, parameters, 1n, weights).predict(table.x);
    for (const rows of [[0, 50] as const, [50, 120] as const]) {
      const own = Float64Array.from(numbers.slice(...rows));
      const expected = weightedQuantile(own, 0.3, weights.slice(...rows));
      expect(predicted[rows[0]]).toBeCloseTo(expected, 5);
    }
  });

  it('of amounts refuse negative targets, and answer zeros with zero', () => {
    const x = matrixOf([[1, 2, 3]]);
    for (const objective of ['poisson', 'tweedie']) {
      expect(() => fit({ x, y: values([1, -2, 3]) }, { objective })).toThrow(/negative.*-2/);
      expect([...fit({ x, y: values([0, 0, 0]) }, { objective }).predict(x)]).toEqual([0, 0, 0]);
      const large = fit({ x, y: values([0, 1e300, 2e300]) }, { objective, min_leaf: 1 });
      expect(large.predict(x).every(Number.isFinite)).toBe(true);
    }
  });
});

describe('sampling', () => {
  it('of rows and columns is decided by the seed', () => {
    const table = valueTable(300, 2);
    const parameters = { subsample: 0.6, max_features: 0.5, min_leaf: 5, rounds: 300 };
    const bytes = (seed: bigint) => Buffer.from(fit(table, parameters, seed).toBytes());
    expect(bytes(1n).equals(bytes(1n))).toBe(true);
    expect(bytes(1n).equals(bytes(2n))).toBe(false);
    // The mean alone has an error of 2.4.
    expect(errorOf(fit(table, parameters), valueTable(300, 3))).toBeLessThan(0.24);
  });
});

function expectRising(numbers: Float64Array, slack = 0): void {
  for (let i = 1; i < numbers.length; i++)
    expect(numbers[i]!).toBeGreaterThanOrEqual(numbers[i - 1]! - slack);
}

/** Mean squared error. */
function errorOf(model: Model, { x, y }: Table): number {
  if (y.kind !== 'values') throw new RangeError('Not values.');
  const predicted = model.predict(x);
  return y.values.reduce((sum, v, i) => sum + (v - predicted[i]!) ** 2, 0) / x.rowCount;
}
