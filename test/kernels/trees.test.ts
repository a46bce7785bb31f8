import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decisionTree } from '../../src/estimators/decision-tree.ts';
import type { Model } from '../../src/estimators/estimator.ts';
import { extraTrees } from '../../src/estimators/extra-trees.ts';
import { gradientBoosting } from '../../src/estimators/gradient-boosting.ts';
import { randomForest } from '../../src/estimators/random-forest.ts';
import type { Matrix } from '../../src/frame/frame.ts';
import { classes, classTable, matrixOf, rowsOf, values, valueTable } from '../support/tables.ts';

const options = { seed: 3n };
const cell = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: -4, max: 4 }) },
  { weight: 1, arbitrary: fc.constant(null) },
);

/** Two columns with gaps and a target of whole numbers. */
const smallTable = fc.integer({ min: 2, max: 14 }).chain((rows) =>
  fc.record({
    columns: fc.array(fc.array(cell, { minLength: rows, maxLength: rows }), {
      minLength: 2,
      maxLength: 2,
    }),
    target: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: rows, maxLength: rows }),
  }),
);

/** All ways to part the rows by one column: values up to a cut on one side, missing ones on either. */
function allSplits(columns: readonly (readonly (number | null)[])[]): boolean[][] {
  return columns.flatMap((column) => {
    const cuts = [...new Set(column)].filter((v): v is number => v !== null);
    return cuts.flatMap((cut) =>
      [true, false].map((missingLeft) => column.map((v) => (v === null ? missingLeft : v <= cut))),
    );
  });
}

function spread(numbers: readonly number[]): number {
  const mean = numbers.reduce((sum, v) => sum + v, 0) / numbers.length;
  return numbers.reduce((sum, v) => sum + (v - mean) ** 2, 0);
}

function gini(codes: readonly number[]): number {
  const shares = [0, 1, 2].map((k) => codes.filter((code) => code === k).length / codes.length);
  return codes.length * (1 - shares.reduce((sum, share) => sum + share ** 2, 0));
}

/** The least impurity that one split can reach. */
function bestImpurity(
  columns: readonly (readonly (number | null)[])[],
  target: readonly number[],
  impurity: (part: readonly number[]) => number,
): number {
  const parted = allSplits(columns).flatMap((left) => {
    const sides = [true, false].map((side) => target.filter((_, i) => left[i] === side));
    return sides.some((side) => side.length === 0)
      ? []
      : [sides.reduce((sum, side) => sum + impurity(side), 0)];
  });
  return Math.min(impurity(target), ...parted);
}

describe('a tree of one split', () => {
  it('leaves the least variance that any split does', () => {
    fc.assert(
      fc.property(smallTable, ({ columns, target }) => {
        const x = matrixOf(columns);
        const model = decisionTree.fit(x, values(target), { max_depth: 1, min_leaf: 1 }, options);
        const predicted = model.predict(x);
        const left = target.reduce((sum, v, i) => sum + (v - predicted[i]!) ** 2, 0);
        expect(left).toBeCloseTo(bestImpurity(columns, target, spread), 5);
      }),
    );
  });

  it('leaves the least Gini impurity that any split does', () => {
    fc.assert(
      fc.property(smallTable, ({ columns, target }) => {
        const x = matrixOf(columns);
        const model = decisionTree.fit(x, classes(target), { max_depth: 1, min_leaf: 1 }, options);
        const shares = model.predictProbabilities?.(x) ?? new Float64Array(0);
        // Σ over rows of 1 − Σ share² is the sum of the leaves' impurities.
        const left = target.reduce(
          (sum, _, i) => sum + 1 - [0, 1, 2].reduce((s, k) => s + shares[3 * i + k]! ** 2, 0),
          0,
        );
        expect(left).toBeCloseTo(bestImpurity(columns, target, gini), 5);
      }),
    );
  });

  it('takes the step of boosting that lowers the squared error most', () => {
    const parameters = gradientBoosting.parameters.parse({
      rounds: 1,
      leaves: 2,
      learning_rate: 1,
      min_leaf: 1,
    });
    fc.assert(
      fc.property(smallTable, ({ columns, target }) => {
        const x = matrixOf(columns);
        const predicted = gradientBoosting.fit(x, values(target), parameters, options).predict(x);
        const left = target.reduce((sum, v, i) => sum + (v - predicted[i]!) ** 2, 0);
        expect(left).toBeCloseTo(bestImpurity(columns, target, spread), 5);
      }),
    );
  });
});

describe('a grown tree', () => {
  it('repeats the target where rows differ, down to single rows', () => {
    const table = valueTable(200, 5);
    const model = decisionTree.fit(table.x, table.y, { max_depth: null, min_leaf: 1 }, options);
    model.predict(table.x).forEach((predicted, i) => {
      expect(predicted).toBeCloseTo(table.y.values[i]!, 5);
    });
  });

  it('keeps min_leaf rows in every leaf', () => {
    const table = valueTable(200, 6);
    const model = decisionTree.fit(table.x, table.y, { max_depth: null, min_leaf: 15 }, options);
    const rowsPerLeaf = new Map<number, number>();
    for (const value of model.predict(table.x))
      rowsPerLeaf.set(value, (rowsPerLeaf.get(value) ?? 0) + 1);
    expect(rowsPerLeaf.size).toBeGreaterThan(3);
    expect(Math.min(...rowsPerLeaf.values())).toBeGreaterThanOrEqual(15);
  });

  it('keeps values of any size', () => {
    const x = matrixOf([[1, 2, 3, 4]]);
    for (const scale of [1e-300, 1, 1e9, 1e300]) {
      const y = values([1, 2, 3, 4].map((v) => v * scale));
      const predicted = decisionTree
        .fit(x, y, { max_depth: null, min_leaf: 1 }, options)
        .predict(x);
      predicted.forEach((value, i) => {
        expect(value / scale).toBeCloseTo(i + 1, 6);
      });
    }
  });

  it('keeps what differs between values that share a large part', () => {
    const x = matrixOf([[1, 2, 3, 4]]);
    const y = values([1e12 + 1, 1e12 + 2, 1e12 + 3, 1e12 + 4]);
    const predicted = decisionTree.fit(x, y, { max_depth: null, min_leaf: 1 }, options).predict(x);
    expect([...predicted]).toEqual([...y.values]);
  });

  it('learns columns beyond the 256th', () => {
    const noise = Array.from({ length: 300 }, (_, f) =>
      Array.from({ length: 40 }, (_, i) => (i * (f + 7)) % 11),
    );
    const signal = Array.from({ length: 40 }, (_, i) => (i < 20 ? 0 : 1));
    const x = matrixOf([...noise, signal]);
    const model = decisionTree.fit(x, values(signal), { max_depth: 1, min_leaf: 1 }, options);
    expect([...decisionTree.load(model.toBytes()).predict(x)]).toEqual(signal);
    expect(model.importance?.()[300]).toBe(1);
  });
});

describe('trees', () => {
  const gaps = (x: Matrix): Matrix => ({
    ...x,
    data: x.data.map((v, i) => ((i * 7) % 11 === 0 ? Number.NaN : v)),
  });
  const table = classTable(150, 8);
  const numbers = valueTable(150, 8);

  it('predict what their JSON form says, missing and infinite values included, alone and together', () => {
    const lone = { max_depth: null, min_leaf: 1 };
    const forest = randomForest.parameters.parse({ trees: 5 });
    const boosted = gradientBoosting.parameters.parse({ rounds: 5 });
    const trained = [
      decisionTree.fit(gaps(numbers.x), numbers.y, lone, options),
      decisionTree.fit(numbers.x, numbers.y, lone, options),
      randomForest.fit(gaps(numbers.x), numbers.y, forest, options),
      gradientBoosting.fit(gaps(numbers.x), numbers.y, boosted, options),
    ];
    // No multiple of the rows that walk side by side.
    const rows = 103;
    const unseen = gaps(valueTable(rows, 9).x);
    unseen.data.set([Infinity, -Infinity], rows);
    for (const model of trained) {
      const predicted = model.predict(unseen);
      const walked = Array.from({ length: rows }, (_, row) => walk(model, unseen, row));
      expect([...predicted]).toEqual(walked);
    }
  });

  it('give a class that some forest trees never drew its share', () => {
    const rare = classes([...Array.from({ length: 59 }, (_, i) => i % 2), 2]);
    const part = rowsOf(
      table,
      Array.from({ length: 60 }, (_, i) => i),
    );
    const parameters = randomForest.parameters.parse({ trees: 30 });
    const model = randomForest.fit(part.x, rare, parameters, options);
    expect(model.predictProbabilities?.(part.x)[59 * 3 + 2]).toBeGreaterThan(0.3);
  });
});

type NodeJson = {
  readonly value?: readonly number[];
  readonly column: number;
  readonly threshold: number | null;
  readonly missing: 'left' | 'right';
  readonly left: number;
};
type ModelJson = {
  readonly base: readonly number[];
  readonly factor: number;
  readonly trees: readonly (readonly NodeJson[])[];
};

/** The prediction of a regression model, read off its JSON form alone. */
function walk(model: Model, x: Matrix, row: number): number {
  const { base, factor, trees } = model.toJson() as unknown as ModelJson;
  const sum = trees.reduce((total, nodes) => {
    let node = nodes[0]!;
    while (node.value === undefined) {
      const value = x.data[node.column * x.rowCount + row]!;
      const left = Number.isNaN(value)
        ? node.missing === 'left'
        : node.threshold === null || value <= node.threshold;
      node = nodes[node.left + (left ? 0 : 1)]!;
    }
    return total + node.value[0]!;
  }, 0);
  return base[0]! + factor * sum;
}

describe('a drawn cut', () => {
  it('falls between two neighbours as often as they are apart', () => {
    const x = matrixOf([[0, 1, 2, 10]]);
    const plan = extraTrees.parameters.parse({ trees: 1, max_depth: 1, min_leaf: 1 });
    const cuts = [0, 0, 0];
    for (let seed = 0n; seed < 2000n; seed++) {
      const shares = extraTrees.fit(x, values([0, 1, 2, 3]), plan, { seed }).predict(x);
      const cut = shares.findIndex((share, i) => share !== shares[i + 1]);
      cuts[cut] = (cuts[cut] as number) + 1;
    }
    // 200, 200 and 1600 with standard deviations of 13, 13 and 18.
    expect(Math.abs((cuts[0] as number) - 200)).toBeLessThan(50);
    expect(Math.abs((cuts[1] as number) - 200)).toBeLessThan(50);
  });
});
