import { describe, expect, it } from 'vitest';
import type { Model } from '../../src/estimators/estimator.ts';
import {
  classes,
  classTable,
  matrixOf,
  seededRandom,
  type Table,
  values,
} from '../support/tables.ts';
import { answers, expectClose, fit, type LinearJson } from './learners.ts';

const { columns, weights, fits, ...targets } = answers.svm;
const x = matrixOf(columns);

describe('linear support vector machines', () => {
  it.each(fits)('$target, $parameters, weighted $weighted, are scikit-learn’s', (theirs) => {
    const target = targets[theirs.target];
    const labels = theirs.target === 'two' ? ['a', 'b'] : ['a', 'b', 'c'];
    const { outputs } = fit('svm', {
      table: { x, y: theirs.target === 'numbers' ? values(target) : classes(target, labels) },
      parameters: theirs.parameters,
      weights: theirs.weighted ? weights : undefined,
    }).toJson() as LinearJson;
    expectClose(
      outputs.flatMap(({ coefficients }) => coefficients),
      theirs.coefficients.flat(),
    );
    expectClose(
      outputs.map(({ intercept }) => intercept),
      theirs.intercepts,
    );
  });

  it('ends on tables too wide for products of columns', () => {
    const random = seededRandom(5);
    const wide = Array.from({ length: 530 }, () => Array.from({ length: 60 }, () => random()));
    const y = classes(
      Array.from({ length: 60 }, (_, i) => Number((wide[0]?.[i] ?? 0) > 0.5)),
      ['a', 'b'],
    );
    const table = { x: matrixOf(wide), y };
    expect([...fit('svm', { table }).predict(table.x)]).toEqual([...y.codes]);
  });
});

describe('probabilities of support vector machines', () => {
  it('are as often right as they say', () => {
    const model = fit('svm', { table: twoClasses(2000, 1) });
    const unseen = twoClasses(20_000, 2);
    const chances = (model.predictProbabilities?.(unseen.x) ?? []).filter((_, i) => i % 2 === 1);
    const truth = unseen.y.kind === 'classes' ? unseen.y.codes : [];
    for (const low of [0, 0.2, 0.4, 0.6, 0.8]) {
      const inside = [...chances.keys()].filter(
        (i) => (chances[i] as number) >= low && (chances[i] as number) < low + 0.2,
      );
      const mean = (of: ArrayLike<number>): number =>
        inside.reduce((sum, i) => sum + (of[i] as number), 0) / inside.length;
      expect(inside.length).toBeGreaterThan(500);
      expect(Math.abs(mean(chances) - mean(truth))).toBeLessThan(0.05);
    }
  });

  it('are right where columns have so few values that every row repeats', () => {
    const random = seededRandom(3);
    const bits = Array.from({ length: 3 }, () =>
      Array.from({ length: 600 }, () => Number(random() < 0.5)),
    );
    const sum = (i: number): number => bits.reduce((total, bit) => total + (bit[i] ?? 0), 0);
    const codes = Array.from({ length: 600 }, (_, i) => Number(random() < (sum(i) + 0.5) / 4));
    const table = { x: matrixOf(bits), y: classes(codes, ['a', 'b']) };
    const chances = fit('svm', { table }).predictProbabilities?.(table.x) ?? [];
    for (let i = 0; i < 600; i++)
      expect(Math.abs((chances[2 * i + 1] as number) - (sum(i) + 0.5) / 4)).toBeLessThan(0.08);
  });

  it('do not believe scores that only memory gives: columns of noise leave every row in doubt', () => {
    const random = seededRandom(8);
    const noise = Array.from({ length: 40 }, () => Array.from({ length: 60 }, () => random()));
    const table = {
      x: matrixOf(noise),
      y: classes(
        Array.from({ length: 60 }, (_, i) => i % 2),
        ['a', 'b'],
      ),
    };
    const model = fit('svm', { table, parameters: { C: 100 } });
    const chances = model.predictProbabilities?.(table.x) ?? new Float64Array(0);
    expect(Math.max(...chances)).toBeLessThan(0.9);
  });

  it('are the same when rows come in another order', () => {
    const table = classTable(120, 4);
    const order = Array.from({ length: 120 }, (_, i) => (i * 77) % 120);
    const turned = {
      x: matrixOf(
        table.x.names.map((_, f) => order.map((i) => table.x.data[f * 120 + i] as number)),
      ),
      y: classes(order.map((i) => table.y.codes[i] as number)),
    };
    const chancesOf = (model: Model) => [...(model.predictProbabilities?.(table.x) ?? [])];
    expectClose(chancesOf(fit('svm', { table: turned })), chancesOf(fit('svm', { table })), 1e-6);
  });
});

/** The log odds of the second class are twice the first column plus the second. */
function twoClasses(rows: number, seed: number): Table {
  const random = seededRandom(seed);
  const draw = () => Array.from({ length: rows }, () => 4 * random() - 2);
  const [a, b] = [draw(), draw()];
  const code = (value: number, i: number): number =>
    Number(random() < 1 / (1 + Math.exp(-2 * value - (b[i] as number))));
  return { x: matrixOf([a, b]), y: classes(a.map(code), ['a', 'b']) };
}
