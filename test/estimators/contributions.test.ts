import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Model } from '../../src/estimators/estimator.ts';
import { gaussLegendre } from '../../src/estimators/gauss-legendre.ts';
import { type Matrix, matrixColumn } from '../../src/frame/frame.ts';
import { contributionsOf, fitted, totalOf } from '../support/contributions.ts';
import { modelOfTrees, type ShapAnswer } from '../support/grown-elsewhere.ts';
import { oracleAnswers } from '../support/oracle-answers.ts';
import {
  classes,
  classTable,
  matrixOf,
  rowsOf,
  type Table,
  values,
  valueTable,
} from '../support/tables.ts';

const TREES = ['decision_tree', 'random_forest', 'extra_trees', 'gradient_boosting'] as const;
const FEW: Record<string, JsonObject> = {
  decision_tree: {},
  random_forest: { trees: 6 },
  extra_trees: { trees: 6 },
  gradient_boosting: { rounds: 12, min_leaf: 4 },
};

function fit(id: string, table: Table, parameters = FEW[id] ?? {}): Model {
  return fitted(id, table, parameters);
}

const withGaps = ({ x, y }: Table): Table => ({
  x: { ...x, data: x.data.map((v, i) => (i % 11 === 0 ? Number.NaN : v)) },
  y,
});
const seeds = fc.integer({ min: 1, max: 1e6 });

describe.each(TREES)('contributions of %s', (id) => {
  it('add up to the prediction less its mean', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const { x, y } = withGaps(valueTable(80, seed));
        const model = fit(id, { x, y });
        const contributions = contributionsOf(model, x);
        model.predict(x).forEach((prediction, row) => {
          expect(Math.abs((totalOf(contributions, row, 4)[0] ?? 0) - prediction)).toBeLessThan(
            1e-9,
          );
        });
      }),
      { numRuns: 15 },
    );
  });

  it('have the mean over the training rows', () => {
    const table = valueTable(120, 3);
    const model = fit(id, table, id === 'random_forest' ? { bootstrap: false } : FEW[id]);
    const mean = model.predict(table.x).reduce((sum, value) => sum + value / 120, 0);
    expect(contributionsOf(model, table.x).expected[0]).toBeCloseTo(mean, 9);
  });

  it('are those of Shapley, by trying every set of features', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        const table = withGaps(valueTable(60, seed));
        const model = fit(id, table);
        const part = rowsOf(table, [0, 7, 31]).x;
        const { shares } = contributionsOf(model, part);
        for (let row = 0; row < 3; row++)
          shapley(model, part, row).forEach((share, feature) => {
            expect(Math.abs((shares[row * 4 + feature] ?? 0) - share)).toBeLessThan(1e-9);
          });
      }),
      { numRuns: 8 },
    );
  });

  it('add up to the probabilities of classes, or to their scores', () => {
    const { x, y } = withGaps(classTable(90, 4));
    const model = fit(id, { x, y });
    const contributions = contributionsOf(model, x);
    const shares = model.predictProbabilities?.(x) ?? new Float64Array(0);
    expect(contributions.scale).toBe(id === 'gradient_boosting' ? 'score' : 'probability');
    for (let row = 0; row < 90; row++) {
      const totals = totalOf(contributions, row, 4);
      const raised = totals.map(Math.exp);
      const sum = raised.reduce((a, b) => a + b, 0);
      totals.forEach((total, k) => {
        const expected = shares[row * 3 + k] as number;
        // Leaves hold shares in single precision, and rows are scaled to sum to 1.
        if (contributions.scale === 'probability') expect(total).toBeCloseTo(expected, 6);
        else expect((raised[k] as number) / sum).toBeCloseTo(expected, 12);
      });
    }
  });
});

describe('contributions of boosted trees', () => {
  it('are log odds for two classes, and logarithms of the mean for counts', () => {
    const { x, y } = classTable(90, 6);
    const two = classes(
      Array.from(y.codes, (code) => Math.min(code, 1)),
      ['a', 'b'],
    );
    const binary = fit('gradient_boosting', { x, y: two });
    const odds = contributionsOf(binary, x);
    expect([odds.scale, ...odds.classes]).toEqual(['log_odds', 1]);
    const shares = binary.predictProbabilities?.(x) ?? new Float64Array(0);
    const counts = fit(
      'gradient_boosting',
      { x, y: values(Array.from(y.codes, (code) => code * 3)) },
      { objective: 'poisson', rounds: 10, min_leaf: 5 },
    );
    const logs = contributionsOf(counts, x);
    expect(logs.scale).toBe('log_mean');
    const means = counts.predict(x);
    for (let row = 0; row < 90; row++) {
      const p = shares[2 * row + 1] as number;
      expect(totalOf(odds, row, 4)[0]).toBeCloseTo(Math.log(p / (1 - p)), 9);
      expect(totalOf(logs, row, 4)[0]).toBeCloseTo(Math.log(means[row] as number), 9);
    }
  });

  it('know splits of levels', () => {
    const { x, y } = valueTable(300, 9);
    const codes = Array.from(y.values, (value) => Math.floor(value * 13) % 11);
    const data = Float64Array.from([...x.data.subarray(0, 900), ...codes]);
    const levelled = { ...x, data, levelCounts: [0, 0, 0, 11] };
    const target = values(Array.from(y.values, (value, i) => value + ((codes[i] ?? 0) % 3) * 2));
    const model = fit('gradient_boosting', { x: levelled, y: target }, { min_leaf: 5 });
    expect(JSON.stringify(model.toJson())).toContain('"levels":[');
    const contributions = contributionsOf(model, levelled);
    model.predict(levelled).forEach((prediction, row) => {
      expect(totalOf(contributions, row, 4)[0]).toBeCloseTo(prediction, 9);
    });
  });

  it('of deep trees lose no digits', () => {
    // A chain of splits on many features: the recursive algorithm divides by small numbers here.
    const rows = 64;
    const x = matrixOf(
      Array.from({ length: 40 }, (_, f) => Array.from({ length: rows }, (_, i) => Number(i > f))),
    );
    const y = values(Array.from({ length: rows }, (_, i) => 2 ** (i / 4)));
    const model = fit('decision_tree', { x, y });
    const contributions = contributionsOf(model, x);
    model.predict(x).forEach((prediction, row) => {
      expect(Math.abs((totalOf(contributions, row, 40)[0] ?? 0) / prediction - 1)).toBeLessThan(
        1e-9,
      );
    });
  });
});

describe('contributions as the shap package has them', () => {
  const fixture = oracleAnswers('trees') as {
    readonly columns: readonly (readonly number[])[];
    readonly numbers: readonly number[];
    readonly codes: readonly number[];
    readonly contributions: {
      readonly rows: number;
      readonly regression: readonly (readonly number[])[];
      readonly regressionMean: number;
      readonly classes: readonly (readonly (readonly number[])[])[];
      readonly classMeans: readonly number[];
      readonly predictions: readonly number[];
    };
  };
  const theirs = fixture.contributions;
  const every = Array.from({ length: theirs.rows }, (_, i) => i);
  const x = matrixOf(
    fixture.columns
      .slice(0, 5)
      .map((column) => column.slice(0, theirs.rows).map((value) => Number(value > 0))),
  );
  const explained = rowsOf({ x, y: values(every) }, every.slice(0, 20)).x;

  it('for a regression tree', () => {
    const y = values(fixture.numbers.slice(0, theirs.rows));
    const model = fit('decision_tree', { x, y }, { max_depth: 4 });
    model.predict(explained).forEach((value, i) => {
      expect(value).toBeCloseTo(theirs.predictions[i] as number, 5);
    });
    const { shares, expected } = contributionsOf(model, explained);
    expect(expected[0]).toBeCloseTo(theirs.regressionMean, 6);
    theirs.regression.flat().forEach((share, i) => {
      expect(Math.abs((shares[i] as number) - share)).toBeLessThan(1e-6);
    });
  });

  it('for a classification tree', () => {
    const y = classes(fixture.codes.slice(0, theirs.rows));
    const model = fit('decision_tree', { x, y }, { max_depth: 3 });
    const { shares, expected } = contributionsOf(model, explained);
    theirs.classMeans.forEach((mean, k) => {
      expect(expected[k]).toBeCloseTo(mean, 6);
    });
    theirs.classes.forEach((features, row) => {
      features.forEach((ofClasses, feature) => {
        ofClasses.forEach((share, k) => {
          const ours = shares[(row * 3 + k) * 5 + feature] as number;
          expect(Math.abs(ours - share)).toBeLessThan(1e-6);
        });
      });
    });
  });
});

describe('contributions of many trees as the shap package has them', () => {
  const { columns, ensembleContributions } = oracleAnswers('trees') as {
    readonly columns: readonly (readonly number[])[];
    readonly ensembleContributions: { readonly [name: string]: ShapAnswer };
  };

  it.each(Object.entries(ensembleContributions))('%s', (name, { trees, shares, means }) => {
    const x = matrixOf(
      columns.slice(0, 5).map((column) => column.slice(0, shares.length).map((v) => v + 0.002)),
    );
    const isForest = name.startsWith('forest');
    const model = modelOfTrees(trees, { columns: 5, outputs: means.length, isForest });
    const found = contributionsOf(model, x);
    expect([...found.expected]).toHaveLength(means.length);
    means.forEach((mean, k) => {
      expect(Math.abs((found.expected[k] as number) - mean)).toBeLessThan(1e-6);
    });
    shares.forEach((ofColumns, row) => {
      ofColumns.forEach((ofOutputs, column) => {
        ofOutputs.forEach((share, k) => {
          const ours = found.shares[(row * means.length + k) * 5 + column] as number;
          expect(Math.abs(ours - share)).toBeLessThan(1e-6);
        });
      });
    });
  });
});

describe('the quadrature', () => {
  it('integrates powers exactly', () => {
    for (const count of [1, 2, 5, 16]) {
      const { points, weights } = gaussLegendre(count);
      for (let power = 0; power < 2 * count; power++) {
        const sum = points.reduce((total, t, i) => total + (weights[i] as number) * t ** power, 0);
        expect(sum).toBeCloseTo(1 / (power + 1), 13);
      }
    }
  });
});

type NodeJson = {
  readonly value?: readonly number[];
  readonly rows?: number;
  readonly column: number;
  readonly threshold: number | null;
  readonly missing: 'left' | 'right';
  readonly left: number;
};

/** Shapley's formula over all sets of features, each set's game value read off the JSON form of the model. */
function shapley(model: Model, x: Matrix, row: number): number[] {
  const { factor, trees } = model.toJson() as unknown as {
    readonly factor: number;
    readonly trees: readonly (readonly NodeJson[])[];
  };
  const count = x.names.length;
  const point = x.names.map((_, f) => matrixColumn(x, f)[row] as number);
  const worth = Array.from({ length: 1 << count }, (_, set) =>
    trees.reduce((sum, nodes) => sum + factor * valueOf(nodes, 0, point, set).mean, 0),
  );
  const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));
  return point.map((_, feature) =>
    worth.reduce((sum, value, set) => {
      if ((set >> feature) & 1) return sum;
      const size = set.toString(2).replaceAll('0', '').length;
      const weight = (factorial(size) * factorial(count - size - 1)) / factorial(count);
      return sum + weight * ((worth[set | (1 << feature)] as number) - value);
    }, 0),
  );
}

/** The mean of the leaves that a row may reach when only the features of `set` are known; and their training rows. */
function valueOf(
  nodes: readonly NodeJson[],
  index: number,
  point: readonly number[],
  set: number,
): { readonly mean: number; readonly rows: number } {
  const node = nodes[index] as NodeJson;
  if (node.value !== undefined) return { mean: node.value[0] as number, rows: node.rows as number };
  const left = valueOf(nodes, node.left, point, set);
  const right = valueOf(nodes, node.left + 1, point, set);
  const rows = left.rows + right.rows;
  const value = point[node.column] as number;
  const isLeft = Number.isNaN(value)
    ? node.missing === 'left'
    : node.threshold === null || value <= node.threshold;
  const mean =
    (set >> node.column) & 1
      ? (isLeft ? left : right).mean
      : (left.mean * left.rows + right.mean * right.rows) / rows;
  return { mean, rows };
}
