import { describe, expect, it } from 'vitest';
import { type Kernels, withKernels } from '../../src/kernels/kernels.ts';

const ROWS = 23;
const RATE = 1e-4;

function put(kernels: Kernels, sizes: readonly number[], batch: number) {
  const { calls } = kernels;
  const [columns, outputs] = [sizes[0] as number, sizes.at(-1) as number];
  const at = calls.createNetwork(kernels.put(Int32Array.from(sizes)), sizes.length - 1, batch);
  calls.drawParameters(at, 3n);
  const numbers = (count: number, of: (i: number) => number) =>
    kernels.put(Float64Array.from({ length: count }, (_, i) => of(i)));
  const cell = (i: number): number => Math.sin(3 * i);
  const x = numbers(ROWS * columns, cell);
  // What the first column decides can be learned.
  const target = numbers(ROWS, (i) => {
    const first = cell(i * columns);
    return outputs === 1 ? first ** 2 : Math.floor(((first + 1) / 2) * 0.999 * outputs);
  });
  const weights = numbers(ROWS, (i) => 0.5 + (i % 3));
  const order = kernels.put(Int32Array.from({ length: ROWS }, (_, i) => ROWS - 1 - i));
  const count = sizes.slice(1).reduce((sum, size, l) => sum + ((sizes[l] as number) + 1) * size, 0);
  const parameters = () => kernels.doublesAt(calls.networkParameters(at), count);
  const loss = () => calls.networkLoss(at, x, target, weights, order, ROWS);
  return { at, x, target, weights, order, parameters, loss };
}

describe.each([{ sizes: [3, 6, 5, 1] }, { sizes: [4, 7, 3] }, { sizes: [2, 4, 4, 4, 2] }])(
  'a network of $sizes units',
  ({ sizes }) => {
    it('moves each parameter at first against the slope that differences of the loss show', () => {
      withKernels(
        () => {},
        (kernels) => {
          const { at, x, target, weights, order, parameters, loss } = put(kernels, sizes, ROWS);
          const before = parameters().slice();
          const slopes = before.map((value, i) => {
            const lossWith = (change: number): number => {
              parameters()[i] = value + change;
              return loss();
            };
            const slope = (lossWith(1e-5) - lossWith(-1e-5)) / 2e-5;
            parameters()[i] = value;
            return slope;
          });
          kernels.calls.trainEpoch(at, x, target, weights, order, ROWS, RATE, 0);
          // Adam's first step is the rate, whatever the size of the slope.
          parameters().forEach((value, i) => {
            const slope = slopes[i] as number;
            if (Math.abs(slope) < 0.01) return;
            expect((value - (before[i] as number)) / RATE).toBeCloseTo(-Math.sign(slope), 2);
          });
          expect(slopes.filter((slope) => Math.abs(slope) > 0.01).length).toBeGreaterThan(10);
        },
      );
    });

    it('has the same loss in batches of any size, and less after training', () => {
      const losses = [1, 4, 7, 64].map((batch) =>
        withKernels(
          () => {},
          (kernels) => put(kernels, sizes, batch).loss(),
        ),
      );
      for (const loss of losses) expect(loss).toBeCloseTo(losses[0] as number, 9);
      withKernels(
        () => {},
        (kernels) => {
          const { at, x, target, weights, order, loss } = put(kernels, sizes, 8);
          for (let epoch = 0; epoch < 200; epoch++)
            kernels.calls.trainEpoch(at, x, target, weights, order, ROWS, 0.01, 0);
          expect(loss()).toBeLessThan(0.5 * (losses[0] as number));
        },
      );
    });
  },
);
