import { describe, expect, it } from 'vitest';
import { registry } from '../../src/estimators/registry.ts';
import { estimateTraining, fitsPerModel } from '../../src/operations/estimate-training.ts';
import { fitCostMs, nanosecondsOf } from '../../src/operations/fit-cost.ts';
import { experiment } from '../../src/spec/parse-spec.ts';
import type { FitTime } from '../../src/stores/run-records.ts';

const { spec } = experiment({
  version: 1,
  name: 'sales',
  data: { source: { kind: 'csv', path: 'sales.csv' } },
  partition: { by: 'store' },
  target: { column: 'sold', task: 'classification' },
  algorithms: ['logistic', { random_forest: { trees: 50 } }],
});
const size = { rows: 1000, features: 10, classes: 2 };

let trainings = 0;

/** A fit, of so many models each, that took `times` as long as the model of costs says. */
function timed(algorithm: string, times: number, models = 1, isSelecting = false): FitTime {
  const candidate = { algorithm, parameters: { trees: 200 } };
  const { parameters } = candidate;
  const fitMs = times * 3 * models * fitCostMs(candidate, size);
  // The last fit has half as many rows again as that of a fold, and three tenths of all are for what is no fit.
  const lastMs = times * models * fitCostMs(candidate, { ...size, rows: 1.5 * size.rows });
  const trainMs = 1.3 * (fitMs + lastMs);
  const training = `${trainings++}`;
  return {
    algorithm,
    parameters,
    ...size,
    folds: 3,
    models,
    fitMs,
    training,
    trainMs,
    isSelecting,
  };
}

const estimate = (fitTimes: readonly FitTime[], threads = 1, whole = [size]) =>
  estimateTraining(spec, { whole, divided: [] }, { fitTimes, threads });

describe('the estimate of training', () => {
  it('says what it is based on', () => {
    expect(estimate([]).basis).toBe('cost_model');
    expect(estimate([timed('logistic', 1)]).basis).toBe('both');
    expect(estimate([timed('ridge', 1)]).basis).toBe('cost_model');
    expect(estimate([timed('logistic', 1), timed('random_forest', 1)]).basis).toBe('earlier_runs');
  });

  it('follows how fast the algorithms were before, whatever their size and parameters', () => {
    const { seconds } = estimate([timed('logistic', 1), timed('random_forest', 1)]);
    const slower = [timed('logistic', 4), timed('random_forest', 4), timed('random_forest', 4)];
    expect(estimate(slower).seconds).toBeCloseTo(4 * seconds, 10);
  });

  it('counts of a partition the rows that a fold trains on, where nothing is learnt', () => {
    const secondsOf = (validate: Partial<typeof spec.validate>) =>
      estimateTraining(
        { ...spec, validate: { ...spec.validate, ...validate } },
        { whole: [{ ...size, rows: 100_000 }], divided: [] },
        { fitTimes: [], threads: 1 },
      ).seconds;
    // All but the holdout, and of these two thirds: four fifths of what is trained without a holdout.
    const ratio = secondsOf({ holdout: 0.2 }) / secondsOf({ holdout: 0 });
    expect(ratio).toBeGreaterThan(0.75);
    expect(ratio).toBeLessThan(0.81);
    expect(secondsOf({ scheme: 'time' })).toBeLessThan(secondsOf({ scheme: 'shuffled' }));
  });

  it('counts the last fit with all rows that are no holdout', () => {
    const validate = { ...spec.validate, holdout: 0.2, scheme: 'time' as const };
    const candidate = { algorithm: 'random_forest', parameters: { trees: 50 } };
    const { seconds } = estimateTraining(
      { ...spec, candidates: [candidate], validate },
      { whole: [{ ...size, rows: 10_000 }], divided: [] },
      { fitTimes: [], threads: 1 },
    );
    const costOf = (rows: number) => fitCostMs(candidate, { ...size, rows });
    expect(seconds).toBeCloseTo((1.3 * (3 * costOf(4000) + costOf(8000))) / 1000, 10);
  });

  it('counts no time where an algorithm is refused for its many rows, whatever was learnt of it', () => {
    const secondsOf = (algorithms: readonly string[], rows: number, fitTimes: readonly FitTime[]) =>
      estimateTraining(
        { ...spec, candidates: algorithms.map((algorithm) => ({ algorithm, parameters: {} })) },
        { whole: [{ ...size, rows }], divided: [] },
        { fitTimes, threads: 1 },
      ).seconds;
    for (const fitTimes of [[], [timed('ridge', 2), timed('knn', 2)]]) {
      const [both, one] = [
        secondsOf(['ridge', 'knn'], 1_000_000, fitTimes),
        secondsOf(['ridge'], 1_000_000, fitTimes),
      ];
      expect(both).toBeCloseTo(one, 10);
      expect(secondsOf(['ridge', 'knn'], 90_000, fitTimes)).toBeGreaterThan(
        10 * secondsOf(['ridge'], 90_000, fitTimes),
      );
    }
  });

  it('learns from small fits what small ones take, and nothing of large ones', () => {
    const small = [timed('logistic', 50), timed('decision_tree', 50)];
    const one = { algorithm: 'logistic', parameters: {} };
    const told = (rows: number, fitTimes: readonly FitTime[]) =>
      estimateTraining(
        { ...spec, candidates: [one] },
        { whole: [{ ...size, rows }], divided: [] },
        { fitTimes, threads: 1 },
      );
    expect(told(1_000_000, small).basis).toBe('cost_model');
    expect(told(1_000_000, small).seconds).toBeCloseTo(told(1_000_000, []).seconds, 10);
    expect(told(1000, small).seconds).toBeGreaterThan(20 * told(1000, []).seconds);
    expect(told(1000, small).basis).toBe('earlier_runs');
  });

  it('counts encoded text for algorithms that take numbers on one scale', () => {
    const secondsOf = (algorithm: string, encoded: number) =>
      estimateTraining(
        { ...spec, candidates: [{ algorithm, parameters: {} }] },
        { whole: [{ ...size, rows: 100_000, encoded }], divided: [] },
        { fitTimes: [], threads: 1 },
      ).seconds;
    expect(secondsOf('logistic', 60)).toBeGreaterThan(5 * secondsOf('logistic', 10));
    expect(secondsOf('random_forest', 60)).toBe(secondsOf('random_forest', 10));
  });

  it('knows what bins and small leaves cost boosting', () => {
    const cost = (parameters: { readonly max_bins?: number; readonly min_leaf?: number }) =>
      fitCostMs({ algorithm: 'gradient_boosting', parameters }, size);
    expect(cost({ max_bins: 31 })).toBeLessThan(0.5 * cost({}));
    expect(cost({ min_leaf: 200 })).toBeLessThan(0.5 * cost({}));
  });

  it('grows with models, rows and trees, and is divided by threads', () => {
    const { seconds } = estimate([]);
    expect(estimate([], 1, [size, size]).seconds).toBeCloseTo(2 * seconds, 10);
    expect(estimate([], 2, [size, size]).seconds).toBeCloseTo(seconds, 10);
    // A partition is one piece.
    expect(estimate([], 2, [size]).seconds).toBeCloseTo(seconds, 10);
    expect(estimate([], 1, [{ ...size, rows: 2000 }]).seconds).toBeGreaterThan(1.8 * seconds);
    const forest = (trees: number) =>
      fitCostMs({ algorithm: 'random_forest', parameters: { trees } }, size);
    expect(forest(500)).toBeGreaterThan(4 * forest(100));
  });

  it('counts what trainings have besides their fits by whether columns are selected, or lent', () => {
    const given = ['logistic', 'random_forest'].map((one) => timed(one, 1));
    const selecting = ['logistic', 'random_forest'].map((one) => {
      const time = timed(one, 1, 1, true);
      return { ...time, trainMs: 3 * time.trainMs };
    });
    const fitTimes = [...given, ...selecting];
    const features = { ...spec.features, select: { method: 'anova' } } as const;
    const secondsOf = (asked: typeof spec, isSelectionLent: boolean) =>
      estimateTraining(
        asked,
        { whole: [{ ...size, isSelectionLent }], divided: [] },
        { fitTimes, threads: 1 },
      ).seconds;
    const lent = secondsOf({ ...spec, features }, true);
    expect(secondsOf({ ...spec, features }, false)).toBeCloseTo(3 * lent, 10);
    expect(secondsOf(spec, false)).toBeCloseTo(lent, 10);
  });

  it('counts what trainings had besides their fits, and shares the model without partition', () => {
    const times = [timed('logistic', 1), timed('random_forest', 1)];
    const slower = times.map((time) => ({ ...time, trainMs: 2 * time.trainMs }));
    const { seconds } = estimate(times);
    expect(estimate(slower).seconds).toBeCloseTo(2 * seconds, 10);
    const alone = (threads: number) =>
      estimateTraining(spec, { whole: [], divided: [size] }, { fitTimes: times, threads });
    expect(alone(1).seconds).toBeCloseTo(seconds, 10);
    expect(alone(2).seconds).toBeLessThan(0.7 * seconds);
  });

  it('counts a model for each row ahead of a direct forecast, and learns from such what one of them takes', () => {
    const ahead = (strategy: 'direct' | 'recursive') =>
      experiment({
        version: 1,
        name: 'sales',
        data: { source: { kind: 'csv', path: 'sales.csv' } },
        partition: { by: 'store' },
        time: 'day',
        target: { column: 'sold', task: 'forecast' },
        forecast: { horizon: 14, strategy, lags: [1, 14] },
        algorithms: ['ridge', 'random_forest'],
      }).spec;
    const [direct, recursive] = [ahead('direct'), ahead('recursive')];
    // Two candidates on three folds, and the best of them once more.
    expect([fitsPerModel(recursive), fitsPerModel(direct)]).toEqual([7, 14 * 7]);
    const secondsOf = (asked: typeof direct, fitTimes: readonly FitTime[]) =>
      estimateTraining(asked, { whole: [size], divided: [] }, { fitTimes, threads: 1 }).seconds;
    const seconds = secondsOf(recursive, []);
    expect(secondsOf(direct, [])).toBeCloseTo(14 * seconds, 10);
    const timedFor = (models: number) => [
      timed('ridge', 1, models),
      timed('random_forest', 1, models),
    ];
    expect(secondsOf(recursive, timedFor(14))).toBeCloseTo(secondsOf(recursive, timedFor(1)), 10);
  });

  it('knows what every algorithm costs', () => {
    const unknown = nanosecondsOf('new');
    const guessed = registry.filter(({ id }) => nanosecondsOf(id) === unknown);
    expect(guessed.map(({ id }) => id)).toEqual([]);
  });

  it('has a number for algorithms that it does not know', () => {
    expect(fitCostMs({ algorithm: 'new', parameters: {} }, size)).toBeGreaterThan(0);
  });
});
