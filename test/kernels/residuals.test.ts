import { describe, expect, it } from 'vitest';
import { withKernels } from '../../src/kernels/kernels.ts';

const ROWS = 601;
const COLUMNS = 5;
const x = Float64Array.from({ length: ROWS * COLUMNS }, (_, i) => Math.sin(3 * i));
const weights = Float64Array.from({ length: ROWS }, (_, i) => 0.5 + (i % 3));
const w = Float64Array.of(0.4, -1, 0.3, 0.2, 0.7);
const signs = Float64Array.from({ length: ROWS }, (_, i) => (i % 3 === 0 ? 1 : -1));

type Loss = {
  readonly tube: number;
  readonly isOneSided: boolean;
  readonly miss: (error: number, wanted: number) => number;
};

const losses: Record<string, Loss> = {
  'all of it': { tube: 0, isOneSided: false, miss: (error) => error },
  'what exceeds a tube': {
    tube: 0.4,
    isOneSided: false,
    miss: (error) => Math.sign(error) * Math.max(0, Math.abs(error) - 0.4),
  },
  'what points the way of the target': {
    tube: 0,
    isOneSided: true,
    miss: (error, wanted) => (wanted > 0 ? Math.max(0, error) : Math.min(0, error)),
  },
};

describe('projections of what a linear function leaves of a target', () => {
  it.each(Object.keys(losses))('count %s', (name) => {
    const { tube, isOneSided, miss } = losses[name] as Loss;
    const { gradient, active } = withKernels(
      () => {},
      (kernels) => {
        const [out, kept] = [kernels.reserveDoubles(COLUMNS), kernels.reserveDoubles(ROWS)];
        const [table, target] = [kernels.put(x), kernels.put(signs)];
        const [rowWeights, slopes] = [kernels.put(weights), kernels.put(w)];
        kernels.calls.residualGradient(
          table,
          ROWS,
          COLUMNS,
          target,
          rowWeights,
          slopes,
          tube,
          isOneSided,
          out,
          kept,
        );
        const gradient = kernels.doublesAt(out, COLUMNS).slice();
        return { gradient, active: kernels.doublesAt(kept, ROWS).slice() };
      },
    );
    const misses = Array.from({ length: ROWS }, (_, i) => {
      const score = w.reduce((sum, factor, j) => sum + factor * (x[j * ROWS + i] as number), 0);
      return miss((signs[i] as number) - score, signs[i] as number);
    });
    misses.forEach((one, i) => {
      expect(active[i]).toBe(one === 0 ? 0 : weights[i]);
    });
    gradient.forEach((found, j) => {
      const expected = misses.reduce(
        (sum, one, i) => sum + (weights[i] as number) * one * (x[j * ROWS + i] as number),
        0,
      );
      expect(found).toBeCloseTo(expected, 9);
    });
  });
});
