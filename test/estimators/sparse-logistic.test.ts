import { afterEach, describe, expect, it, vi } from 'vitest';
import { findEstimator } from '../../src/estimators/registry.ts';
import { classes, matrixOf, seededRandom, type Table } from '../support/tables.ts';
import { aboutTheirMean, answers, expectClose, fit, type LinearJson } from './learners.ts';

const { columns, weights, fits, ...codes } = answers.sparseLogistic;
const x = matrixOf(columns);

function targetOf(name: 'two' | 'three') {
  return classes(codes[name], name === 'two' ? ['a', 'b'] : ['a', 'b', 'c']);
}

function noise(rows: number, width: number, classCount: number): Table {
  const random = seededRandom(9);
  const made = Array.from({ length: width }, () =>
    Array.from({ length: rows }, () => random() - 0.5),
  );
  const labels = Array.from({ length: classCount }, (_, k) => `c${k}`);
  const code = (_: number, i: number): number =>
    Math.floor(Math.min(0.999, Math.max(0, (made[0]?.[i] ?? 0) + random())) * classCount);
  return { x: matrixOf(made), y: classes(Array.from({ length: rows }, code), labels) };
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('logistic regression with absolute coefficients in its penalty', () => {
  it.each(fits)('$target classes, $parameters, weighted $weighted, is scikit-learn’s', (theirs) => {
    const { outputs } = fit('logistic', {
      table: { x, y: targetOf(theirs.target) },
      parameters: theirs.parameters,
      weights: theirs.weighted ? weights : undefined,
    }).toJson() as LinearJson;
    expectClose(
      outputs.flatMap(({ coefficients }) => coefficients),
      theirs.coefficients.flat(),
    );
    expectClose(
      aboutTheirMean(outputs.map(({ intercept }) => intercept)),
      aboutTheirMean(theirs.intercepts),
    );
  });

  it.each([
    { width: 4, classCount: 2, error: 1e-6, unknowns: 'all unknowns at once' },
    { width: 70, classCount: 4, error: 1e-4, unknowns: 'one class at a time' },
    { width: 520, classCount: 2, error: 1e-2, unknowns: 'one unknown at a time' },
  ])(
    'ends at its minimum, by the second derivatives of $unknowns',
    ({ width, classCount, error }) => {
      const table = noise(160, width, classCount);
      const model = fit('logistic', { table, parameters: { C: 0.4, penalty: 'l1' } });
      const { outputs } = model.toJson() as LinearJson;
      const probabilities = model.predictProbabilities?.(table.x) ?? new Float64Array(0);
      const { y } = table;
      if (y.kind !== 'classes') throw new RangeError('Not classes.');
      let zeros = 0;
      outputs.forEach(({ coefficients }, k) => {
        const klass = classCount === 2 ? 1 : k;
        coefficients.forEach((coefficient, j) => {
          const pull = y.codes.reduce((sum, code, i) => {
            const missing =
              Number(code === klass) - (probabilities[i * classCount + klass] as number);
            return sum + 0.4 * missing * (table.x.data[j * 160 + i] as number);
          }, 0);
          if (coefficient === 0) {
            zeros++;
            expect(Math.abs(pull)).toBeLessThanOrEqual(1 + error);
          } else expect(Math.abs(pull - Math.sign(coefficient))).toBeLessThanOrEqual(error);
        });
      });
      expect(zeros).toBeGreaterThan(0);
      expect(zeros).toBeLessThan(outputs.length * width);
    },
  );

  it('does not creep where a shift of all classes costs next to nothing', () => {
    const { x: made, y } = noise(500, 5, 3);
    const looks = vi.spyOn(Atomics, 'load');
    const parameters = findEstimator('logistic')?.parameters.parse({ penalty: 'l1' }) ?? {};
    findEstimator('logistic')?.fit(made, y, parameters, { seed: 1n, stop: new Int32Array(1) });
    // One look per round over the unknowns and per row of a factored matrix; thousands where rounds are many.
    expect(looks.mock.calls.length).toBeGreaterThan(10);
    expect(looks.mock.calls.length).toBeLessThan(800);
  });
});
