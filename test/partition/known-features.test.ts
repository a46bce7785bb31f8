import { describe, expect, it } from 'vitest';
import { featureCount } from '../../src/partition/known-features.ts';
import { experiment } from '../../src/spec/parse-spec.ts';
import type { SpecInput } from '../../src/spec/spec.ts';

const COLUMNS = [
  { name: 'row', kind: 'number' },
  { name: 'site', kind: 'category' },
  { name: 'at', kind: 'time' },
  { name: 'speed', kind: 'number' },
  { name: 'note', kind: 'category' },
  { name: 'load', kind: 'number' },
] as const;

function countWith(features: SpecInput['features']): number {
  const { spec } = experiment({
    version: 1,
    name: 'count',
    data: { source: { kind: 'csv', path: 'x.csv' } },
    columns: { id: 'row' },
    partition: { by: 'site' },
    time: 'at',
    target: { column: 'load', task: 'regression' },
    features,
  });
  return featureCount(COLUMNS, spec);
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
