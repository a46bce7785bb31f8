import { describe, expect, it } from 'vitest';
import { digestBytes } from '../../src/frame/digest.ts';
import {
  selectionKeys,
  type TrainingMakers,
  trainingKeys,
} from '../../src/partition/training-key.ts';
import { forecastSchema, resolveForecast } from '../../src/spec/forecast.ts';
import type { Spec } from '../../src/spec/spec.ts';
import { runRecord } from '../support/run-records.ts';

const { spec } = runRecord();
const inputs = { text: 'k=a', rows: [digestBytes('rows')], folds: digestBytes('folds') };
const makers: TrainingMakers = {
  spec,
  scope: 'own',
  columns: [{ name: 'x', kind: 'number' }],
  classes: ['no', 'yes'],
  code: digestBytes('code'),
  environment: { node: '20.20.2' },
  cutoffs: [1, 2],
};
const KEY = trainingKeys(makers)(inputs);
const keyWith = (changes: Partial<TrainingMakers>) =>
  trainingKeys({ ...makers, ...changes })(inputs);
const keyOf = (changes: Partial<Spec>) => keyWith({ spec: { ...spec, ...changes } });

describe('the key of a training', () => {
  it('changes with everything that its bytes depend on', () => {
    const { validate, features, target } = spec;
    const keys = [
      KEY,
      keyOf({ seed: 8 }),
      keyOf({ metric: 'accuracy' }),
      keyOf({ candidates: [] }),
      keyOf({ validate: { ...validate, folds: 4 } }),
      keyOf({ features: { ...features, select: { method: 'none' } } }),
      keyOf({ target: { ...target, positive: 'yes' } }),
      keyOf({ data: { ...spec.data, timezone: 'Europe/Paris' } }),
      keyWith({ scope: 'global' }),
      keyWith({ warmStart: digestBytes('key of the model without partition') }),
      keyWith({ classes: ['no', 'perhaps', 'yes'] }),
      keyWith({ columns: [{ name: 'x', kind: 'category' }] }),
      keyWith({ code: digestBytes('other code') }),
      keyWith({ environment: { node: '22.0.0' } }),
      trainingKeys(makers)({ ...inputs, text: 'k=b' }),
      trainingKeys(makers)({ ...inputs, rows: [digestBytes('other rows')] }),
      trainingKeys(makers)({ ...inputs, folds: digestBytes('other folds') }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('does not change with names, places, limits, the engine or what other partitions are to be', () => {
    const { partition, limits, global, data } = spec;
    for (const changes of [
      { name: 'another' },
      { data: { ...data, source: { kind: 'csv', path: 'x.csv' } } },
      { partition: { ...partition, min_rows: 3, on_small: 'skip' } },
      { limits: { ...limits, source_cells: 1 } },
      { engine: { kind: 'local', threads: 3 } },
      { global: { ...global, enabled: false } },
      { strict: true },
    ] satisfies readonly Partial<Spec>[])
      expect(keyOf(changes)).toBe(KEY);
  });
});

describe('the key of a selection', () => {
  const SELECTION = selectionKeys(makers)(inputs);
  const selectionOf = (changes: Partial<Spec>, more: Partial<TrainingMakers> = {}) =>
    selectionKeys({ ...makers, ...more, spec: { ...spec, ...changes } })(inputs);
  const { features, validate, target } = spec;

  it('is none of a training, and changes with everything that selection looks at', () => {
    const keys = [
      KEY,
      SELECTION,
      selectionOf({ seed: 8 }),
      selectionOf({ validate: { ...validate, folds: 4 } }),
      selectionOf({ validate: { ...validate, refit: 'all' } }),
      selectionOf({ features: { ...features, select: { method: 'anova', keep: 11 } } }),
      selectionOf({ features: { ...features, engineer: [{ log: ['x'] }] } }),
      selectionOf({ target: { ...target, column: 'another' } }),
      selectionOf({ columns: { ...spec.columns, drop: ['x'] } }),
      selectionOf({ columns: { ...spec.columns, weight: 'x' } }),
      selectionOf({ partition: { ...spec.partition, by: ['another'] } }),
      selectionOf({ validate: { ...validate, repeats: 2 } }),
      selectionOf({ validate: { ...validate, gap: '1d' } }),
      selectionOf({ validate: { ...validate, window: '1d' } }),
      selectionOf({ forecast: resolveForecast(forecastSchema.parse({ horizon: 3 })) }),
      selectionOf({ time: 'x' }),
      selectionOf({ data: { ...spec.data, timezone: 'Europe/Paris' } }),
      selectionOf({}, { scope: 'parent' }),
      selectionOf({}, { classes: ['no', 'perhaps', 'yes'] }),
      selectionOf({}, { columns: [{ name: 'x', kind: 'category' }] }),
      selectionOf({}, { code: digestBytes('other code') }),
      selectionOf({}, { environment: { node: '22.0.0' } }),
      selectionKeys(makers)({ ...inputs, text: 'k=b' }),
      selectionKeys(makers)({ ...inputs, rows: [digestBytes('other rows')] }),
      selectionKeys(makers)({ ...inputs, folds: digestBytes('other folds') }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('does not change with candidates, their handling, their search, or how they are judged', () => {
    for (const changes of [
      { candidates: [] },
      { tune: { ...spec.tune, method: 'tpe', trials: 3 } },
      { metric: 'accuracy' },
      { features: { ...features, handle: { ...features.handle, missing: 'mean' } } },
      { probabilities: { calibrate: 'platt', threshold: 'half' } },
      { explain: { repeats: 7, partial_dependence: 5 } },
      { target: { ...target, positive: 'yes' } },
      { target: { ...target, quantile: 0.9 } },
      { ensemble: { size: 3 } },
      { name: 'another' },
    ] satisfies readonly Partial<Spec>[])
      expect(selectionOf(changes)).toBe(SELECTION);
  });
});

describe('what the spec says of the model without partition', () => {
  const { global } = spec;
  const variants = [
    global,
    { ...global, max_rows: global.max_rows + 1 },
    { ...global, include_partition: !global.include_partition },
  ];

  it.each([
    ['global', variants.length],
    ['parent', variants.length],
    // It is fitted on its own rows, whatever the others are.
    ['own', 1],
  ] as const)('is in the keys of the scope %s, in which it gives %i', (scope, count) => {
    for (const keys of [trainingKeys, selectionKeys]) {
      const found = variants.map((one) =>
        keys({ ...makers, scope, spec: { ...spec, global: one } })(inputs),
      );
      expect(new Set(found).size).toBe(count);
    }
  });
});

describe('cut-offs of a table', () => {
  it('are in the keys where they say which rows a gap or a window leaves out, and nowhere else', () => {
    const moved = { ...makers, cutoffs: [1, 3] };
    const gapped = { ...spec, validate: { ...spec.validate, gap: '1d' } };
    for (const keys of [trainingKeys, selectionKeys]) {
      expect(keys(moved)(inputs)).toBe(keys(makers)(inputs));
      const [one, other] = [makers, moved].map((some) => keys({ ...some, spec: gapped })(inputs));
      expect(other).not.toBe(one);
    }
  });
});
