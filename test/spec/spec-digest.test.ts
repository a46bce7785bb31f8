import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { experiment, parseSpec } from '../../src/spec/parse-spec.ts';
import type { SpecInput } from '../../src/spec/spec.ts';

const digestOf = (text: string, fileName = 'spec.yaml') => parseSpec(text, { fileName }).digest;

const columnName = fc
  .string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
  .filter((name) => !/\0|^(target|store|day|__proto__|constructor|prototype)$/.test(name));

/** Specs of every shape that are valid. */
const specs: fc.Arbitrary<SpecInput> = fc
  .record({
    min_rows: fc.integer({ min: 1, max: 1000 }),
    drop: fc.uniqueArray(columnName, { maxLength: 3 }),
    types: fc.dictionary(columnName, fc.constantFrom('number', 'text', 'timestamp', 'boolean')),
    holdout: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
    lagged: fc.uniqueArray(columnName, { minLength: 1, maxLength: 3 }),
    trees: fc.integer({ min: 1, max: 500 }),
    seed: fc.integer({ min: 0, max: 2 ** 40 }),
    isTimed: fc.boolean(),
  })
  .map((given) => ({
    version: 1,
    name: 'sales',
    data: { source: { kind: 'csv', path: 'sales.csv' } },
    partition: { by: ['store'], min_rows: given.min_rows },
    target: { column: 'target', task: 'classification' },
    columns: { drop: given.drop, types: given.types },
    validate: { holdout: given.holdout },
    algorithms: ['baseline', { random_forest: { trees: given.trees } }],
    seed: given.seed,
    ...(given.isTimed
      ? {
          time: 'day',
          features: { engineer: [{ lag: { columns: given.lagged, steps: [1, 2] } }] },
        }
      : {}),
  }));

/** The same data with the keys of every map the other way round. */
function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, child]) => [key, reversed(child)]),
  );
}

describe('the digest of a spec', () => {
  it('is the same for JSON, YAML, reordered keys, comments, line ends and TypeScript', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const digest = digestOf(JSON.stringify(spec), 'spec.json');
        const yaml = stringify(spec);
        expect(digestOf(yaml)).toBe(digest);
        expect(digestOf(stringify(reversed(spec)))).toBe(digest);
        expect(digestOf(JSON.stringify(reversed(spec), null, '\t'), 'spec.json')).toBe(digest);
        expect(digestOf(`# why\n\n${yaml}\n# done\n`)).toBe(digest);
        expect(digestOf(JSON.stringify(spec, null, 2).replaceAll('\n', '\r\n'))).toBe(digest);
        expect(experiment(spec).digest).toBe(digest);
      }),
      { numRuns: 60 },
    );
  });

  it('is the same when a default is written out', () => {
    const spec = { version: 1, name: 'x', data: { source: { kind: 'csv', path: 'a' } } } as const;
    const short: SpecInput = {
      ...spec,
      partition: { by: 'store' },
      target: { column: 'y', task: 'regression' },
    };
    const long: SpecInput = {
      ...spec,
      partition: { by: ['store'], min_rows: 50, on_small: 'global' },
      target: { column: 'y', task: 'regression' },
      metric: 'rmse',
      validate: { scheme: 'shuffled', folds: 3 },
      algorithms: ['baseline', 'ridge', 'random_forest', 'gradient_boosting'],
    };
    expect(experiment(long).digest).toBe(experiment(short).digest);
  });

  it('differs when anything that matters differs', () => {
    fc.assert(
      fc.property(specs, fc.integer({ min: 1, max: 99 }), (spec, step) => {
        const other = { ...spec, seed: (spec.seed ?? 0) + step };
        expect(experiment(other).digest).not.toBe(experiment(spec).digest);
      }),
      { numRuns: 20 },
    );
  });
});

describe('an experiment in TypeScript', () => {
  const valid: SpecInput = {
    version: 1,
    name: 'x',
    data: { source: { kind: 'csv', path: 'a.csv' } },
    partition: { by: 'store' },
    target: { column: 'y', task: 'regression' },
  };

  it('is refused by the same rules, with paths instead of lines', () => {
    expect(() => experiment({ ...valid, metric: 'accuracy' })).toThrow(
      'experiment: metric: `accuracy` is no metric of regression.',
    );
  });

  it('may not hold numbers that JSON does not have', () => {
    expect(() => experiment({ ...valid, seed: Number.NaN })).toThrow('experiment: seed:');
    const trees = { random_forest: { trees: Number.POSITIVE_INFINITY } };
    expect(() => experiment({ ...valid, algorithms: [trees] })).toThrow(
      'algorithms[0].random_forest.trees',
    );
  });
});
