import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { chooseBest, expandAlgorithms } from '../../src/estimators/candidates.ts';
import type { Estimator } from '../../src/estimators/estimator.ts';

function estimator(id: string, space: Estimator['space'] = {}): Estimator {
  return {
    id,
    tasks: ['regression'],
    supports: {
      missing: false,
      weights: false,
      probabilities: false,
      importance: false,
      randomness: false,
      scaledInput: false,
    },
    parameters: z.strictObject({
      depth: z.int().default(3),
      rate: z.number().default(0.1),
      loss: z.string().default('squared'),
    }),
    space,
    fit: () => {
      throw new Error('Candidates are not fitted here.');
    },
    load: () => {
      throw new Error('Candidates are not loaded here.');
    },
  };
}

const registry = [
  estimator('mean'),
  estimator('line', { rate: [0.1, 1] }),
  estimator('trees', { depth: [1, 2, 3], rate: [0.1, 0.2, 0.3] }),
];
const defaults = { depth: 3, rate: 0.1, loss: 'squared' };

function expand(
  algorithms: Parameters<typeof expandAlgorithms>[0]['algorithms'],
  method: 'none' | 'grid' | 'random' = 'none',
  trials = 5,
  seed = 7,
) {
  return expandAlgorithms({ algorithms, tune: { method, trials }, seed, registry });
}

describe('candidates', () => {
  it('have every parameter and stand in the order of simplicity', () => {
    const found = expand([
      { algorithm: 'trees', parameters: { depth: 9 } },
      { algorithm: 'mean', parameters: {} },
    ]);
    expect(found).toEqual([
      { algorithm: 'mean', parameters: defaults },
      { algorithm: 'trees', parameters: { ...defaults, depth: 9 } },
    ]);
  });

  it('are there once, however often they are asked for', () => {
    const twice = [
      { algorithm: 'line', parameters: {} },
      { algorithm: 'line', parameters: { rate: 0.1 } },
    ];
    expect(expand(twice)).toHaveLength(1);
  });

  it('cover the grid of the parameters that were left open', () => {
    const found = expand([{ algorithm: 'trees', parameters: { rate: 0.2 } }], 'grid');
    expect(found.map(({ parameters }) => parameters)).toEqual(
      [1, 2, 3].map((depth) => ({ ...defaults, depth, rate: 0.2 })),
    );
    const whole = expand([{ algorithm: 'trees', parameters: {} }], 'grid');
    expect(new Set(whole.map((one) => JSON.stringify(one))).size).toBe(9);
  });

  it('refuse a grid that nobody could fit', () => {
    const values = Array.from({ length: 40 }, (_, i) => i);
    const wide = [estimator('wide', { depth: values, rate: values })];
    const algorithms = [{ algorithm: 'wide', parameters: {} }];
    expect(() =>
      expandAlgorithms({
        algorithms,
        tune: { method: 'grid', trials: 1 },
        seed: 7,
        registry: wide,
      }),
    ).toThrow(
      'The grid of wide has 1600 points, more than 1000; set some of its parameters or use tune.method random.',
    );
  });

  it('are the same draws for the same seed: the defaults first, none twice', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 15 }), fc.nat(), (trials, seed) => {
        const draw = () => expand([{ algorithm: 'trees', parameters: {} }], 'random', trials, seed);
        const found = draw();
        expect(found).toEqual(draw());
        expect(found[0]?.parameters).toEqual(defaults);
        expect(found).toHaveLength(Math.min(trials, 9));
        expect(new Set(found.map((one) => JSON.stringify(one))).size).toBe(found.length);
      }),
    );
    const draws = [1, 2, 3, 4, 5, 6].map((seed) =>
      JSON.stringify(expand([{ algorithm: 'trees', parameters: {} }], 'random', 4, seed)),
    );
    expect(new Set(draws).size).toBeGreaterThan(1);
  });

  it('refuse an unknown algorithm and unknown parameters', () => {
    expect(() => expand([{ algorithm: 'tress', parameters: {} }])).toThrow('No algorithm "tress".');
    expect(() => expand([{ algorithm: 'trees', parameters: { deep: 1 } }])).toThrow(z.ZodError);
  });
});

describe('the best candidate', () => {
  const none = { value: null, because: 'It could not be fitted.' };

  it('has the best score in the direction of the metric', () => {
    const scores = [{ value: 0.3 }, { value: 0.9 }, { value: 0.5 }];
    expect(chooseBest('accuracy', scores)).toBe(1);
    expect(chooseBest('rmse', scores)).toBe(0);
  });

  it('is the earlier one where two tie within 1e-12', () => {
    expect(chooseBest('accuracy', [none, { value: 0.5 }, { value: 0.5 + 1e-13 }])).toBe(1);
    expect(chooseBest('accuracy', [none, { value: 0.5 }, { value: 0.5 + 1e-11 }])).toBe(2);
  });

  it('is none where none has a score', () => {
    expect(chooseBest('rmse', [none, none])).toBeNull();
    expect(chooseBest('rmse', [])).toBeNull();
  });
});
