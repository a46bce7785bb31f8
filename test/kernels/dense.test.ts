import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withKernels } from '../../src/kernels/kernels.ts';

const NO_POLL = (): void => {};
const small = fc.double({ min: -100, max: 100, noNaN: true });

describe('weighted products of columns', () => {
  it('are what three loops give, whatever is odd or even', () => {
    const shape = fc.record({
      rows: fc.integer({ min: 1, max: 9 }),
      columns: fc.integer({ min: 1, max: 6 }),
    });
    const problem = shape.chain(({ rows, columns }) =>
      fc.record({
        rows: fc.constant(rows),
        columns: fc.constant(columns),
        x: fc.array(small, { minLength: rows * columns, maxLength: rows * columns }),
        weights: fc.option(fc.array(small.map(Math.abs), { minLength: rows, maxLength: rows })),
      }),
    );
    fc.assert(
      fc.property(problem, ({ rows, columns, x, weights }) => {
        const found = withKernels(NO_POLL, (kernels) => {
          const out = kernels.reserveDoubles(columns * columns);
          const w = weights === null ? 0 : kernels.put(Float64Array.from(weights));
          kernels.calls.gram(kernels.put(Float64Array.from(x)), rows, columns, w, out);
          return kernels.doublesAt(out, columns * columns).slice();
        });
        for (let j = 0; j < columns; j++)
          for (let k = 0; k < columns; k++) {
            let expected = 0;
            for (let i = 0; i < rows; i++)
              expected += (weights?.[i] ?? 1) * x[j * rows + i]! * x[k * rows + i]!;
            expect(found[j * columns + k]).toBeCloseTo(expected, 6);
          }
      }),
    );
  });

  it('sum over more rows than one block holds', () => {
    const rows = 2500;
    const sum = withKernels(NO_POLL, (kernels) => {
      const out = kernels.reserveDoubles(1);
      const x = Float64Array.from({ length: rows }, (_, i) => i % 5);
      kernels.calls.gram(kernels.put(x), rows, 1, 0, out);
      return kernels.doublesAt(out, 1)[0];
    });
    expect(sum).toBe((rows / 5) * (1 + 4 + 9 + 16));
  });
});

describe.each([
  { outputs: 1, classes: 2 },
  { outputs: 3, classes: 3 },
])('the logistic problem with $outputs scores', ({ outputs, classes }) => {
  const rows = 7;
  const columns = 3;
  const size = outputs * columns;
  // The last column is the intercept's.
  const x = Float64Array.from({ length: rows * columns }, (_, i) =>
    i >= rows * (columns - 1) ? 1 : Math.sin(3 * i),
  );
  const target = Float64Array.from({ length: rows }, (_, i) => i % classes);
  const weights = Float64Array.from({ length: rows }, (_, i) => 0.5 + (i % 3));
  const start = Float64Array.from({ length: size }, (_, i) => Math.cos(2 * i));

  function evaluate(w: Float64Array) {
    return withKernels(NO_POLL, (kernels) => {
      const { calls } = kernels;
      const problem = calls.createLogistic(
        kernels.put(x),
        rows,
        columns,
        kernels.put(target),
        kernels.put(weights),
        outputs,
      );
      const gradientAt = kernels.reserveDoubles(size);
      calls.logisticGradient(problem, kernels.put(w), gradientAt);
      const gradient = kernels.doublesAt(gradientAt, size).slice();
      const hessianAt = kernels.reserveDoubles(size * size);
      calls.logisticHessian(problem, hessianAt);
      return { gradient, hessian: kernels.doublesAt(hessianAt, size * size).slice() };
    });
  }

  /** Σ weight · −ln P(truth), by its definition. */
  function lossOf(w: Float64Array): number {
    let loss = 0;
    for (let i = 0; i < rows; i++) {
      const scores = Array.from({ length: outputs }, (_, k) =>
        Array.from({ length: columns }, (_, j) => w[k * columns + j]! * x[j * rows + i]!).reduce(
          (a, b) => a + b,
        ),
      );
      const all = outputs === 1 ? [0, ...scores] : scores;
      const total = all.reduce((sum, score) => sum + Math.exp(score), 0);
      loss -= weights[i]! * Math.log(Math.exp(all[target[i]!]!) / total);
    }
    return loss;
  }

  it('has the derivatives that the differences of the loss show', () => {
    const { gradient, hessian } = evaluate(start);
    const step = 1e-5;
    for (let i = 0; i < size; i++) {
      const shifted = (by: number) => start.map((w, j) => (j === i ? w + by : w));
      const [up, down] = [shifted(step), shifted(-step)];
      expect(gradient[i]).toBeCloseTo((lossOf(up) - lossOf(down)) / (2 * step), 7);
      const [above, below] = [evaluate(up).gradient, evaluate(down).gradient];
      for (let j = 0; j < size; j++)
        expect(hessian[i * size + j]).toBeCloseTo((above[j]! - below[j]!) / (2 * step), 7);
    }
  });
});
