import { describe, expect, it } from 'vitest';
import { matrixOf, type Table, values, valueTable } from '../support/tables.ts';
import { answers, expectClose, fit, type LinearJson } from './learners.ts';

const { columns, numbers, weights, fits } = answers.leastSquares;
const table = { x: matrixOf(columns), y: values(numbers) };

function lineOf(id: string, made: Table, parameters = {}) {
  const { outputs } = fit(id, { table: made, parameters }).toJson() as LinearJson;
  return outputs[0] as LinearJson['outputs'][number];
}

describe('linear regressions', () => {
  it.each(fits)('$id with $parameters, weighted $weighted, is scikit-learn’s', (expected) => {
    const { id, parameters, weighted } = expected;
    const model = fit(id, { table, parameters, weights: weighted ? weights : undefined });
    const { outputs } = model.toJson() as LinearJson;
    expectClose(outputs[0]?.coefficients ?? [], expected.coefficients[0] ?? []);
    expectClose([outputs[0]?.intercept ?? 0], expected.intercepts);
  });
});

describe('least squares', () => {
  it('is exact where columns are nearly copies', () => {
    const first = columns[0] as number[];
    const second = first.map((value, i) => value + 3e-5 * Math.sin(i * i));
    const y = values(first.map((value, i) => 1 + 2 * value - 3 * (second[i] as number)));
    const line = lineOf('linear', { x: matrixOf([first, second]), y });
    expectClose(line.coefficients, [2, -3], 1e-7);
    expect(line.intercept).toBeCloseTo(1, 9);
  });

  it('gives a column that repeats others 0 and predicts as if it were not there', () => {
    const repeated = columns[0]?.map((value, i) => 2 * (value ?? 0) - (columns[2]?.[i] ?? 0)) ?? [];
    const wider = { x: matrixOf([...columns, repeated]), y: table.y };
    expect(lineOf('linear', wider).coefficients.at(-1)).toBe(0);
    expectClose(
      fit('linear', { table: wider }).predict(wider.x),
      [...fit('linear', { table }).predict(table.x)],
      1e-9,
    );
  });
});

describe('lasso', () => {
  it('leaves out columns that help little, all but the best just below strength 1, and all from there on', () => {
    const zeros = (strength: number): number =>
      lineOf('lasso', table, { strength }).coefficients.filter((value) => value === 0).length;
    expect(zeros(0.2)).toBeGreaterThan(0);
    expect(zeros(0.2)).toBeLessThan(5);
    expect(zeros(1)).toBe(5);
    expect(zeros(1 - 1e-4)).toBe(4);
  });

  it('counts on no unit of the target', () => {
    const made = valueTable(60, 3);
    const larger = { x: made.x, y: { ...made.y, values: made.y.values.map((v) => v * 2 ** 20) } };
    for (const id of ['lasso', 'elastic_net']) {
      const scaled = lineOf(id, larger).coefficients.map((value) => value / 2 ** 20);
      expectClose(scaled, lineOf(id, made).coefficients, 1e-12);
    }
  });

  it('finds the minimum among columns that nearly repeat each other', () => {
    const first = columns[0] as number[];
    const copies = Array.from({ length: 30 }, (_, k) =>
      first.map((value, i) => value + 1e-3 * Math.sin(i * (k + 2))),
    );
    const made = { x: matrixOf([...copies, columns[2] as number[]]), y: table.y };
    const model = fit('lasso', { table: made, parameters: { alpha: 0.05 } });
    const { coefficients } = (model.toJson() as LinearJson).outputs[0] as {
      coefficients: number[];
    };
    const residuals = model.predict(made.x).map((value, i) => (numbers[i] as number) - value);
    coefficients.forEach((coefficient, j) => {
      const column = made.x.data.subarray(j * 80, (j + 1) * 80);
      const pull = column.reduce((sum, x, i) => sum + (x * (residuals[i] as number)) / 80, 0);
      // Where the objective is least, a column that counts pulls with all of the penalty, and no other with more.
      if (coefficient === 0) expect(Math.abs(pull)).toBeLessThanOrEqual(0.05 + 1e-6);
      else expect(pull).toBeCloseTo(Math.sign(coefficient) * 0.05, 6);
    });
  });

  it('is as good with a column and its copy as with the column alone', () => {
    const doubled = { x: matrixOf([...columns, columns[0] as number[]]), y: table.y };
    for (const strength of [0.001, 0.1]) {
      const parameters = { strength };
      const found = fit('lasso', { table: doubled, parameters }).predict(doubled.x);
      expectClose(found, [...fit('lasso', { table, parameters }).predict(table.x)], 1e-7);
    }
  });
});
