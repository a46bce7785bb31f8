import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ensembleWeights } from '../../src/estimators/ensemble.ts';
import { createEnsembleModel } from '../../src/estimators/ensemble-model.ts';
import { predictMatrix } from '../../src/estimators/predict-matrix.ts';
import { findEstimator, loadModel } from '../../src/estimators/registry.ts';
import { score } from '../../src/estimators/score.ts';
import type { Matrix } from '../../src/frame/frame.ts';
import { OnnxGraph } from '../../src/onnx/graph.ts';
import { contributionsOf, totalOf } from '../support/contributions.ts';
import { takeMatrixColumns } from '../support/matrix-columns.ts';
import { classTable, seededRandom, type Table, valueTable } from '../support/tables.ts';

function fit(id: string, { x, y }: Table) {
  const estimator = findEstimator(id);
  if (estimator === undefined) throw new RangeError(id);
  return estimator.fit(x, y, estimator.parameters.parse({}), { seed: 3n });
}

/** Two models, the first of columns 0 to 2, the second of all four, which the matrix has behind them. */
function ensembleOf(table: Table, ids: readonly [string, string], classCount: number) {
  const first = takeMatrixColumns(table.x, [0, 1, 2]);
  const x = takeMatrixColumns(table.x, [0, 1, 2, 0, 1, 2, 3]);
  const models = [fit(ids[0], { x: first, y: table.y }), fit(ids[1], table)] as const;
  const model = createEnsembleModel({
    classCount,
    members: [
      { model: models[0], weight: 0.3, from: 0, columns: 3, adjustments: [] },
      { model: models[1], weight: 0.7, from: 3, columns: 4, adjustments: [] },
    ],
  });
  const said = [
    predictMatrix(models[0], first, classCount),
    predictMatrix(models[1], table.x, classCount),
  ] as const;
  const mean = said[0].map((value, i) => 0.3 * value + 0.7 * (said[1][i] as number));
  return { model, x, mean, models, parts: [first, table.x] };
}

describe('the weights of an ensemble', () => {
  const truth = Float64Array.from({ length: 60 }, (_, i) => i % 7);
  const scoreOf = (prediction: Float64Array) =>
    score('rmse', { kind: 'values', truth, prediction });
  const plan = { metric: 'rmse', size: 5, scoreOf } as const;
  const wrongBy = (error: (i: number) => number) => truth.map((value, i) => value + error(i));

  it('are shared by candidates whose errors cancel', () => {
    const outputs = [wrongBy(() => 1), wrongBy(() => -1), wrongBy(() => 3)];
    expect(ensembleWeights(outputs, plan)).toEqual([0.5, 0.5, 0]);
  });

  it('are all of the one that is right', () => {
    expect(ensembleWeights([wrongBy(() => 1), wrongBy(() => 0)], plan)).toEqual([0, 1]);
  });

  it('go to the simpler of two that say the same', () => {
    const same = wrongBy((i) => (i % 2 === 0 ? 1 : -1));
    expect(ensembleWeights([same, same.slice()], plan)).toEqual([1, 0]);
  });

  it('go to no more than the best few, and never to one without a score', () => {
    const outputs = [
      wrongBy(() => 9),
      wrongBy(() => Number.NaN),
      wrongBy(() => 1),
      wrongBy(() => -2),
    ];
    expect(ensembleWeights(outputs, { ...plan, size: 1 })).toEqual([0, 0, 1, 0]);
    expect(ensembleWeights(outputs, plan)[1]).toBe(0);
  });

  it('add up to 1, and the average is no worse than the best candidate by itself', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
        const random = seededRandom(seed);
        const outputs = [0.5, 1, 2].map((size) => wrongBy(() => size * (random() - 0.5)));
        const weights = ensembleWeights(outputs, plan);
        expect(weights.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
        const average = truth.map((_, i) =>
          outputs.reduce(
            (sum, output, k) => sum + (weights[k] as number) * (output[i] as number),
            0,
          ),
        );
        const alone = outputs.map((output) => scoreOf(output).value as number);
        // Greedy steps may end a little beside the best.
        expect(scoreOf(average).value as number).toBeLessThan(1.05 * Math.min(...alone));
      }),
      { numRuns: 50 },
    );
  });
});

describe('the model of an ensemble', () => {
  const numbers = ensembleOf(valueTable(90, 4), ['ridge', 'random_forest'], 0);
  const classes = ensembleOf(classTable(90, 4), ['svm', 'decision_tree'], 3);

  it('averages values and probabilities, each model of its own columns', () => {
    expect(numbers.model.predict(numbers.x)).toEqual(numbers.mean);
    expect(classes.model.predictProbabilities?.(classes.x)).toEqual(classes.mean);
  });

  it.each(['numbers', 'classes'] as const)('comes back from its bytes (%s)', (kind) => {
    const { model, x } = { numbers, classes }[kind];
    const again = loadModel(model.toBytes());
    expect(again.algorithm).toBe('ensemble');
    expect(again.toBytes()).toEqual(model.toBytes());
    expect(again.predict(x)).toEqual(model.predict(x));
    expect(again.predictProbabilities?.(x)).toEqual(model.predictProbabilities?.(x));
  });

  it('tells what each column is worth by the weights of its models', () => {
    const shares = numbers.model.importance?.() ?? new Float64Array(0);
    expect(shares).toHaveLength(7);
    expect(shares.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12);
    expect(shares.slice(0, 3).reduce((a, b) => a + b, 0)).toBeCloseTo(0.3, 12);
  });

  it('has no ONNX form where one of its models has none, which is named', () => {
    expect(() => classes.model.toOnnx?.(new OnnxGraph(), 'x')).toThrow(
      /svm, which is in the ensemble, has no ONNX form; export the model as json/,
    );
  });

  it('shares out what its models share out, by their weights', () => {
    const { shares, expected } = contributionsOf(numbers.model, numbers.x);
    const alone = numbers.models.map((one, i) => contributionsOf(one, numbers.parts[i] as Matrix));
    expect(expected[0]).toBeCloseTo(
      0.3 * (alone[0]?.expected[0] as number) + 0.7 * (alone[1]?.expected[0] as number),
      12,
    );
    for (let row = 0; row < 90; row++) {
      const own = shares.subarray(7 * row, 7 * row + 7);
      alone[0]?.shares
        .subarray(3 * row, 3 * row + 3)
        .forEach((share, i) => expect(own[i]).toBeCloseTo(0.3 * share, 12));
      alone[1]?.shares
        .subarray(4 * row, 4 * row + 4)
        .forEach((share, i) => expect(own[3 + i]).toBeCloseTo(0.7 * share, 12));
    }
  });

  it('shares out probabilities also of models of scores', () => {
    const { model, x, mean } = ensembleOf(classTable(90, 4), ['logistic', 'random_forest'], 3);
    const given = contributionsOf(model, x);
    expect([given.scale, ...given.classes]).toEqual(['probability', 0, 1, 2]);
    for (let row = 0; row < 90; row++)
      totalOf(given, row, 7).forEach((total, k) =>
        expect(total).toBeCloseTo(mean[3 * row + k] as number, 6),
      );
  });

  it('can not say what columns add where one of its models can not, or was adjusted', () => {
    expect(classes.model).not.toHaveProperty('contributions');
    const [model] = numbers.models;
    const adjustments = [{ kind: 'threshold', at: 0.4 }] as const;
    const member = { model, weight: 1, from: 0, columns: 3, adjustments };
    expect(createEnsembleModel({ classCount: 2, members: [member] })).not.toHaveProperty(
      'contributions',
    );
  });

  it('refuses bytes that were cut or hold a model in it that is none', () => {
    const bytes = numbers.model.toBytes();
    expect(() => loadModel(bytes.slice(0, bytes.length - 9))).toThrow(/ensemble model/);
    for (let at = 20; at < bytes.length; at += 97) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] as number) ^ 0xff;
      expect(() => loadModel(damaged)).toThrow(/model/);
    }
  });

  it('refuses a matrix of too few columns', () => {
    const { x } = valueTable(5, 1);
    expect(() => numbers.model.predict(x)).toThrow(/takes 7 columns or more, not 4/);
  });
});
