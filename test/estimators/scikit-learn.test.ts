import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Model, Target } from '../../src/estimators/estimator.ts';
import { findEstimator } from '../../src/estimators/registry.ts';
import type { Matrix } from '../../src/frame/frame.ts';
import { oracleAnswers } from '../support/oracle-answers.ts';
import { classes, matrixOf, rowsOf, type Table, values } from '../support/tables.ts';

type Columns = readonly (readonly (number | null)[])[];
type ForestScores = {
  readonly accuracy: number;
  readonly accuracyWithGaps: number;
  readonly logLoss: number;
  readonly rmse: number;
};
type Fixture = {
  readonly linear: {
    readonly columns: Columns;
    readonly weights: readonly number[];
    readonly numbers: readonly number[];
    readonly two: readonly number[];
    readonly three: readonly number[];
    readonly ridge: readonly {
      readonly alpha: number;
      readonly weighted: boolean;
      readonly coefficients: readonly number[];
      readonly intercept: number;
    }[];
    readonly logistic: readonly {
      readonly C: number;
      readonly target: 'two' | 'three';
      readonly weighted: boolean;
      readonly coefficients: readonly (readonly number[])[];
      readonly intercepts: readonly number[];
    }[];
  };
  readonly trees: {
    readonly train: number;
    readonly columns: Columns;
    readonly gaps: Columns;
    readonly numbers: readonly number[];
    readonly codes: readonly number[];
    readonly shallow: {
      readonly regression: readonly number[];
      readonly probabilities: readonly (readonly number[])[];
      /** Over all ways to break ties between columns that split a node alike. */
      readonly importance: { readonly least: readonly number[]; readonly most: readonly number[] };
    };
    readonly scores: {
      readonly random_forest: ForestScores;
      readonly gradient_boosting: ForestScores;
    };
  };
};

/** Made by `make-estimators.py` beside it. */
const fixture = oracleAnswers('estimators') as Fixture;

type Fit = {
  readonly id: string;
  readonly table: Table;
  readonly parameters?: JsonObject;
  readonly weights?: readonly number[] | undefined;
  readonly seed?: bigint;
};

function fit({ id, table, parameters = {}, weights, seed = 1n }: Fit): Model {
  const estimator = findEstimator(id);
  if (estimator === undefined) throw new RangeError(`No estimator ${id}.`);
  return estimator.fit(table.x, table.y, estimator.parameters.parse(parameters), {
    seed,
    ...(weights && { weights: Float64Array.from(weights) }),
  });
}

type LinearJson = {
  readonly outputs: readonly { readonly intercept: number; readonly coefficients: number[] }[];
};

function expectClose(actual: readonly number[], expected: readonly number[], error = 1e-6): void {
  expect(actual).toHaveLength(expected.length);
  actual.forEach((value, i) => {
    expect(Math.abs(value - (expected[i] as number))).toBeLessThanOrEqual(error);
  });
}

describe('linear models have the coefficients that scikit-learn finds', () => {
  const { columns, weights, numbers, ...linear } = fixture.linear;
  const x = matrixOf(columns);

  it.each(linear.ridge)('ridge, alpha $alpha, weighted $weighted', (expected) => {
    const { outputs } = fit({
      id: 'ridge',
      table: { x, y: values(numbers) },
      parameters: { alpha: expected.alpha },
      weights: expected.weighted ? weights : undefined,
    }).toJson() as LinearJson;
    expectClose(outputs[0]?.coefficients ?? [], expected.coefficients);
    expectClose([outputs[0]?.intercept ?? 0], [expected.intercept]);
  });

  it.each(linear.logistic)('logistic, $target classes, C $C, weighted $weighted', (expected) => {
    const codes = linear[expected.target];
    const { outputs } = fit({
      id: 'logistic',
      table: { x, y: classes(codes, expected.target === 'two' ? ['a', 'b'] : ['a', 'b', 'c']) },
      parameters: { C: expected.C },
      weights: expected.weighted ? weights : undefined,
    }).toJson() as LinearJson;
    expectClose(
      outputs.flatMap(({ coefficients }) => coefficients),
      expected.coefficients.flat(),
    );
    expectClose(
      aboutTheirMean(outputs.map(({ intercept }) => intercept)),
      aboutTheirMean(expected.intercepts),
    );
  });
});

/** Softmax intercepts are known up to a number added to all. */
function aboutTheirMean(intercepts: readonly number[]): number[] {
  if (intercepts.length === 1) return [...intercepts];
  const mean = intercepts.reduce((sum, one) => sum + one, 0) / intercepts.length;
  return intercepts.map((one) => one - mean);
}

describe('trees do what scikit-learn and LightGBM do', () => {
  const { train, columns, gaps, numbers, codes, shallow, scores } = fixture.trees;
  const head = codes.map((_, i) => i).slice(0, train);
  const tail = codes.map((_, i) => i).slice(train);
  const complete = matrixOf(columns);
  const withGaps = matrixOf(gaps);
  const part = (x: Matrix, y: Target, rows: readonly number[]): Table => rowsOf({ x, y }, rows);

  it('grows the same regression tree on values that each have a bin', () => {
    const table = part(complete, values(numbers), head);
    const model = fit({ id: 'decision_tree', table, parameters: { max_depth: 4 } });
    expectClose([...model.predict(table.x)], shallow.regression, 1e-5);
    const { least, most } = shallow.importance;
    const shares = model.importance?.() ?? new Float64Array(0);
    expect(shares).toHaveLength(least.length);
    shares.forEach((share, i) => {
      expect(share).toBeGreaterThanOrEqual((least[i] as number) - 1e-6);
      expect(share).toBeLessThanOrEqual((most[i] as number) + 1e-6);
    });
  });

  it('grows the same classification tree', () => {
    const table = part(complete, classes(codes), head);
    const model = fit({ id: 'decision_tree', table, parameters: { max_depth: 3 } });
    const probabilities = model.predictProbabilities?.(table.x) ?? new Float64Array(0);
    expectClose([...probabilities], shallow.probabilities.flat());
  });

  it.each(['random_forest', 'gradient_boosting'] as const)('%s scores within noise', (id) => {
    const seeds = id === 'random_forest' ? [1n, 2n, 3n, 4n] : [1n];
    const mean = (x: Matrix, y: Target, score: (model: Model, table: Table) => number): number =>
      seeds
        .map((seed) => score(fit({ id, table: part(x, y, head), seed }), part(x, y, tail)))
        .reduce((sum, one) => sum + one / seeds.length, 0);
    const theirs = scores[id];
    // A score on 300 rows has a standard error of about 0.024; models of one kind differ by less.
    expect(mean(complete, classes(codes), accuracy)).toBeGreaterThan(theirs.accuracy - 0.03);
    expect(mean(withGaps, classes(codes), accuracy)).toBeGreaterThan(
      theirs.accuracyWithGaps - 0.03,
    );
    expect(mean(complete, classes(codes), logLoss)).toBeLessThan(theirs.logLoss * 1.08);
    expect(mean(complete, values(numbers), rmse)).toBeLessThan(theirs.rmse * 1.05);
  });
});

function accuracy(model: Model, { x, y }: Table): number {
  if (y.kind !== 'classes') throw new RangeError('Not classes.');
  const predicted = model.predict(x);
  return y.codes.filter((code, i) => code === predicted[i]).length / x.rowCount;
}

function logLoss(model: Model, { x, y }: Table): number {
  if (y.kind !== 'classes' || model.predictProbabilities === undefined)
    throw new RangeError('No probabilities.');
  const probabilities = model.predictProbabilities(x);
  const width = y.classes.length;
  return (
    y.codes.reduce(
      (sum, code, i) => sum - Math.log(Math.max(1e-15, probabilities[i * width + code] as number)),
      0,
    ) / x.rowCount
  );
}

function rmse(model: Model, { x, y }: Table): number {
  if (y.kind !== 'values') throw new RangeError('Not values.');
  const predicted = model.predict(x);
  const squares = y.values.map((value, i) => (value - (predicted[i] as number)) ** 2);
  return Math.sqrt(squares.reduce((sum, one) => sum + one, 0) / x.rowCount);
}
