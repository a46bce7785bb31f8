import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adjust, fitAdjustments } from '../../src/estimators/adjustment.ts';
import { calibrate, fitCalibration } from '../../src/estimators/calibration.ts';
import type { ClassRows } from '../../src/estimators/metrics/scored-rows.ts';
import { score } from '../../src/estimators/score.ts';
import { fitThreshold, moveThreshold } from '../../src/estimators/threshold.ts';
import { seededDraws } from '../support/draws.ts';

/** Two classes whose odds a model overstates: it says p, and the log odds of the truth are half of p's and shifted. */
function overconfident(count: number, seed: number): ClassRows {
  const draws = seededDraws(seed);
  const truth = new Int32Array(count);
  const probabilities = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    const odds = 3 * draws.normal();
    const said = 1 / (1 + Math.exp(-odds));
    truth[i] = draws.uniform() < 1 / (1 + Math.exp(-(0.5 * odds - 1))) ? 1 : 0;
    probabilities.set([1 - said, said], 2 * i);
  }
  return { kind: 'classes', truth, probabilities, classes: ['no', 'yes'] };
}

const learned = overconfident(4000, 1);
const fresh = overconfident(4000, 2);

describe('calibration', () => {
  it("finds Platt's sigmoid: the slope and the shift that the odds were bent by", () => {
    const many = overconfident(40_000, 1);
    const [curve] = fitCalibration('platt', { ...many, classCount: 2 }).curves;
    expect(curve?.kind).toBe('platt');
    if (curve?.kind !== 'platt') return;
    expect(curve.slope).toBeCloseTo(0.5, 1);
    expect(curve.shift).toBeCloseTo(-1, 1);
  });

  it.each(['platt', 'isotonic'] as const)('makes unseen probabilities better: %s', (method) => {
    const calibration = fitCalibration(method, { ...learned, classCount: 2 });
    const probabilities = calibrate(calibration, fresh.probabilities, 2);
    for (const metric of ['log_loss', 'brier'] as const) {
      const before = score(metric, fresh).value as number;
      const after = score(metric, { ...fresh, probabilities }).value as number;
      expect(after).toBeLessThan(0.95 * before);
    }
  });

  it('is the non-decreasing function nearest to the truth: at each probability the largest of the smallest means', () => {
    const rows = fc.array(
      fc.record({
        p: fc.integer({ min: 0, max: 8 }),
        y: fc.boolean(),
        w: fc.integer({ min: 1, max: 3 }),
      }),
      { minLength: 2, maxLength: 30 },
    );
    fc.assert(
      fc.property(rows, (drawn) => {
        fc.pre(drawn.some(({ y }) => y) && drawn.some(({ y }) => !y));
        const probabilities = Float64Array.from(drawn.flatMap(({ p }) => [1 - p / 8, p / 8]));
        const truth = Int32Array.from(drawn, ({ y }) => (y ? 1 : 0));
        const weights = Float64Array.from(drawn, ({ w }) => w);
        const fitted = fitCalibration('isotonic', { truth, probabilities, classCount: 2, weights });
        const found = calibrate(fitted, probabilities, 2);
        const mean = (from: number, to: number): number => {
          const within = drawn.filter(({ p }) => p >= from && p <= to);
          const weight = within.reduce((sum, { w }) => sum + w, 0);
          return within.reduce((sum, { y, w }) => sum + (y ? w : 0), 0) / weight;
        };
        const levels = [...new Set(drawn.map(({ p }) => p))];
        drawn.forEach(({ p }, i) => {
          const lows = levels.filter((from) => from <= p);
          const highs = levels.filter((to) => to >= p);
          const expected = Math.max(
            ...lows.map((from) => Math.min(...highs.map((to) => mean(from, to)))),
          );
          expect(found[2 * i + 1]).toBeCloseTo(expected, 12);
        });
      }),
    );
  });

  it('gives several classes probabilities that add up to 1, and leaves a class alone that never occurs', () => {
    const draws = seededDraws(3);
    const count = 300;
    const probabilities = new Float64Array(3 * count);
    const truth = Int32Array.from({ length: count }, () => draws.integer(2));
    truth.forEach((code, i) => {
      const right = 0.4 + 0.5 * draws.uniform();
      probabilities.set([code === 0 ? right : 1 - right, code === 1 ? right : 1 - right, 0], 3 * i);
    });
    const calibration = fitCalibration('platt', { truth, probabilities, classCount: 3 });
    expect(calibration.curves.map(({ kind }) => kind)).toEqual(['platt', 'platt', 'same']);
    const output = calibrate(calibration, probabilities, 3);
    for (let i = 0; i < output.length; i += 3) {
      expect((output[i] as number) + (output[i + 1] as number)).toBeCloseTo(1, 12);
      expect(output[i + 2]).toBe(0);
    }
  });
});

describe('a tuned threshold', () => {
  it('is where the metric is best: no other threshold does better on the rows it was learned from', () => {
    for (const metric of ['f1', 'macro_f1', 'balanced_accuracy', 'mcc', 'accuracy'] as const) {
      const rows = overconfident(150, 4);
      const found = fitThreshold(metric, rows);
      const at = (threshold: number): number =>
        score(metric, { ...rows, probabilities: moveThreshold(threshold, rows.probabilities) })
          .value as number;
      const others = Array.from({ length: 999 }, (_, i) => at((i + 1) / 1000));
      expect(at(found)).toBeGreaterThanOrEqual(Math.max(...others) - 1e-12);
    }
  });

  it('keeps the order of probabilities, and decides at one half as the threshold did', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 0.99, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (threshold, p) => {
          const [first, second] = moveThreshold(threshold, Float64Array.of(1 - p, p));
          expect((first as number) + (second as number)).toBeCloseTo(1, 12);
          fc.pre(Math.abs(p - threshold) > 1e-9);
          expect((second as number) > 0.5).toBe(p > threshold);
        },
      ),
    );
  });

  it('comes after the calibration, and is kept at one half where nothing is better', () => {
    const asked = { calibrate: 'platt', threshold: 'tuned' } as const;
    const adjustments = fitAdjustments(asked, 'f1', learned);
    expect(adjustments.map(({ kind }) => kind)).toEqual(['calibration', 'threshold']);
    const before = score('f1', fresh).value as number;
    const probabilities = adjust(adjustments, fresh.probabilities, 2);
    expect(score('f1', { ...fresh, probabilities }).value).toBeGreaterThan(before);
    const certain: ClassRows = {
      ...fresh,
      truth: Int32Array.of(0, 1),
      probabilities: Float64Array.of(0.9, 0.1, 0.2, 0.8),
    };
    expect(fitThreshold('accuracy', certain)).toBe(0.5);
  });
});
