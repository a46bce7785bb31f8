import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutsOfBins } from '../../src/estimators/ensemble-builder.ts';
import { withKernels } from '../../src/kernels/kernels.ts';
import { seededRandom } from '../support/tables.ts';

function cutsOf(values: readonly number[], maxBins = 255): number[] {
  return withKernels(
    () => {},
    (kernels) => {
      const x = kernels.put(Float64Array.from(values));
      const bins = kernels.calls.binColumns(x, values.length, 1, maxBins, 0);
      return [...(cutsOfBins(kernels, bins, 1)[0] ?? [])];
    },
  );
}

const value = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer({ min: -3, max: 3 }),
);

describe('bins', () => {
  it('part every two neighbours where there are few values', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(value, fc.constant(Number.NaN)), { maxLength: 200 }),
        (values) => {
          const distinct = [
            ...new Set(values.filter((v) => !Number.isNaN(v)).map((v) => v + 0)),
          ].sort((a, b) => a - b);
          const cuts = cutsOf(values);
          expect(cuts).toHaveLength(Math.max(0, distinct.length - 1));
          cuts.forEach((cut, i) => {
            expect(cut >= distinct[i]! && cut < distinct[i + 1]!).toBe(true);
          });
        },
      ),
    );
  });

  it('hold about the same number of rows where there are many values', () => {
    const random = seededRandom(3);
    const values = Array.from({ length: 10_000 }, () => Math.exp(8 * random()));
    const cuts = cutsOf(values, 10);
    expect(cuts).toHaveLength(9);
    const counts = [...cuts, Number.POSITIVE_INFINITY].map(
      (cut, i) => values.filter((v) => v <= cut && v > (cuts[i - 1] ?? 0)).length,
    );
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThanOrEqual(1);
  });

  it('are spent on what is rare: values that pile up have one each', () => {
    // Two rows of three have one of twenty values, as minutes of delay do; the others lie far out, to both sides.
    const random = seededRandom(5);
    const far = Array.from({ length: 5000 }, () => (random() < 0.5 ? 100 : -1000) + 900 * random());
    const piled = Array.from({ length: 10_000 }, (_, i) => i % 20);
    const cuts = cutsOf([...far, ...piled], 120);
    expect(cuts.length).toBeGreaterThanOrEqual(117);
    expect(cuts.filter((cut) => cut > -1 && cut < 20)).toHaveLength(19);
    const ends = [Number.NEGATIVE_INFINITY, ...cuts, Number.POSITIVE_INFINITY];
    const counts = cuts.map((cut, i) => far.filter((v) => v <= cut && v > ends[i]!).length);
    for (const count of counts) expect(count).toBeLessThanOrEqual(60);
  });

  it('are at most 255, with ascending cuts, however the values pile up', () => {
    const random = seededRandom(4);
    const values = Array.from({ length: 5000 }, (_, i) => (i % 2 === 0 ? 0 : random() - 0.5));
    const cuts = cutsOf(values);
    expect(cuts.length).toBeGreaterThan(100);
    expect(cuts.length).toBeLessThanOrEqual(254);
    expect(cuts.every((cut, i) => i === 0 || cut > cuts[i - 1]!)).toBe(true);
  });
});
