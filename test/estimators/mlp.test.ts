import { describe, expect, it } from 'vitest';
import type { Model } from '../../src/estimators/estimator.ts';
import { classes, matrixOf, rowsOf, type Table, values } from '../support/tables.ts';
import { answers, fit } from './learners.ts';

const { columns, codes, numbers, train, scores } = answers.mlp;
const x = matrixOf(columns);
const seeds = [1n, 2n, 3n];

/** Mean over the seeds of a score on the rows that no network has seen. */
function meanScore(whole: Table, score: (model: Model, table: Table) => number): number {
  const all = Array.from({ length: x.rowCount }, (_, i) => i);
  const [head, tail] = [rowsOf(whole, all.slice(0, train)), rowsOf(whole, all.slice(train))];
  const found = seeds.map((seed) => score(fit('mlp', { table: head, seed }), tail));
  return found.reduce((sum, one) => sum + one, 0) / seeds.length;
}

describe('a small network', () => {
  it('tells classes apart as well as scikit-learn’s', () => {
    const table = { x, y: classes(codes) };
    expect(meanScore(table, accuracy)).toBeGreaterThan(scores.accuracy - 0.03);
    expect(meanScore(table, logLoss)).toBeLessThan(scores.logLoss * 1.1);
  });

  it('predicts numbers as well as scikit-learn’s', () => {
    expect(meanScore({ x, y: values(numbers) }, rmse)).toBeLessThan(scores.rmse * 1.1);
  });

  it('does not mind the unit of the target', () => {
    const expected = fit('mlp', { table: { x, y: values(numbers) } }).predict(x);
    const scaled = values(numbers.map((value) => value * 2 ** -40));
    const found = fit('mlp', { table: { x, y: scaled } }).predict(x);
    found.forEach((value, i) => {
      expect(value * 2 ** 40).toBeCloseTo(expected[i] as number, 9);
    });
  });

  it('answers finitely far beyond what it has seen', () => {
    const far = { ...x, data: x.data.map((value) => value * 1e300) };
    const table = { x, y: values(numbers) };
    expect(
      fit('mlp', { table, parameters: { layers: 3 } })
        .predict(far)
        .every(Number.isFinite),
    ).toBe(true);
  });
});

function accuracy(model: Model, { x: unseen, y }: Table): number {
  const predicted = model.predict(unseen);
  if (y.kind !== 'classes') throw new RangeError('Not classes.');
  return y.codes.filter((code, i) => code === predicted[i]).length / y.codes.length;
}

function logLoss(model: Model, { x: unseen, y }: Table): number {
  const probabilities = model.predictProbabilities?.(unseen) ?? new Float64Array(0);
  if (y.kind !== 'classes') throw new RangeError('Not classes.');
  const width = y.classes.length;
  return (
    y.codes.reduce(
      (sum, code, i) => sum - Math.log(Math.max(1e-15, probabilities[i * width + code] as number)),
      0,
    ) / y.codes.length
  );
}

function rmse(model: Model, { x: unseen, y }: Table): number {
  const predicted = model.predict(unseen);
  if (y.kind !== 'values') throw new RangeError('Not values.');
  const squares = y.values.map((value, i) => (value - (predicted[i] as number)) ** 2);
  return Math.sqrt(squares.reduce((sum, one) => sum + one, 0) / squares.length);
}
