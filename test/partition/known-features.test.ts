import { describe, expect, it } from 'vitest';
import { encodedFeatureCount, featureCount } from '../../src/partition/known-features.ts';
import { experiment } from '../../src/spec/parse-spec.ts';
import type { Spec, SpecInput } from '../../src/spec/spec.ts';

const COLUMNS = [
  { name: 'row', kind: 'number' },
  { name: 'site', kind: 'category' },
  { name: 'at', kind: 'time' },
  { name: 'speed', kind: 'number' },
  { name: 'note', kind: 'category' },
  { name: 'load', kind: 'number' },
] as const;

function specWith(features: SpecInput['features']): Spec {
  return experiment({
    version: 1,
    name: 'count',
    data: { source: { kind: 'csv', path: 'x.csv' } },
    columns: { id: 'row' },
    partition: { by: 'site' },
    time: 'at',
    target: { column: 'load', task: 'regression' },
    features,
  }).spec;
}

function countWith(features: SpecInput['features']): number {
  return featureCount(COLUMNS, specWith(features));
}

describe('how many features a model sees at most', () => {
  it('leaves out the key, the target, the time and the id of a row', () => {
    expect(countWith({})).toBe(2);
  });

  it('counts every column that a step makes', () => {
    expect(
      countWith({ engineer: [{ lag: { columns: ['load', 'speed'], steps: [1, 2, 7] } }] }),
    ).toBe(8);
    expect(countWith({ engineer: [{ polynomial: { columns: ['speed'], degree: 4 } }] })).toBe(5);
  });

  it('counts what a ranking keeps, half of them where it does not say, and all before a cut-off', () => {
    const engineer = [{ lag: { columns: ['load'], steps: [1, 2, 3] } }];
    expect(countWith({ engineer, select: { method: 'anova', keep: 2 } })).toBe(2);
    expect(countWith({ engineer, select: { method: 'anova', keep: 99 } })).toBe(5);
    expect(countWith({ engineer, select: { method: 'anova' } })).toBe(3);
    expect(countWith({ engineer, select: { method: 'variance' } })).toBe(5);
  });
});

describe('how many features text is to an algorithm that takes numbers on one scale', () => {
  const encodedWith = (features: SpecInput['features'], levels: number) =>
    encodedFeatureCount(COLUMNS, specWith(features))(new Map([['note', levels]]));

  it('is one for each level up to where levels are encoded by their target', () => {
    expect(encodedWith({}, 64)).toBe(65);
    expect(encodedWith({}, 65)).toBe(2);
    expect(encodedWith({}, 0)).toBe(2);
  });

  it('goes by how the spec says that text is encoded', () => {
    expect(encodedWith({ handle: { encode: 'one_hot' } }, 500)).toBe(501);
    expect(encodedWith({ handle: { columns: { note: { encode: 'ordinal' } } } }, 20)).toBe(2);
  });

  it('is as many as all columns have at the mean, where a ranking keeps some', () => {
    expect(encodedWith({ select: { method: 'anova', keep: 1 } }, 19)).toBe(10);
  });
});
