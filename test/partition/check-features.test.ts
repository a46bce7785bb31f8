import { describe, expect, it } from 'vitest';
import { checkFeatures } from '../../src/partition/check-features.ts';
import { experiment } from '../../src/spec/parse-spec.ts';
import type { SpecInput } from '../../src/spec/spec.ts';

const COLUMNS = [
  { name: 'site', kind: 'category' },
  { name: 'speed', kind: 'number' },
  { name: 'note', kind: 'category' },
  { name: 'load', kind: 'number' },
] as const;

function specWith(changes: Partial<SpecInput>) {
  return experiment({
    version: 1,
    name: 'check',
    data: { source: { kind: 'csv', path: 'x.csv' } },
    partition: { by: 'site' },
    target: { column: 'load', task: 'regression' },
    ...changes,
  }).spec;
}

describe('a spec against the columns of a table', () => {
  it('passes when steps and rules name columns that fit', () => {
    const spec = specWith({
      features: {
        engineer: [{ log: 'speed' }],
        handle: { columns: { note: { encode: 'one_hot' } } },
      },
    });
    expect(() => checkFeatures(COLUMNS, spec)).not.toThrow();
  });

  it.each([
    [
      'a step with a mistyped column',
      { engineer: [{ log: 'sped' }] },
      /features\.engineer\[0\].*`speed`/,
    ],
    ['a step that shows the target', { engineer: [{ log: 'load' }] }, /target `load`/],
    [
      'a rule for a column that is no feature',
      { handle: { columns: { sped: { missing: 'mean' } } } },
      /features\.handle\.columns\.sped.*`speed`/,
    ],
  ] as const)('refuses %s, with its place and the nearest name', (_what, features, message) => {
    expect(() =>
      checkFeatures(COLUMNS, specWith({ features: features as SpecInput['features'] })),
    ).toThrow(message);
  });

  it.each([
    ['there is not', 'sped', /no feature `sped`.*`speed`/],
    ['holds text', 'note', /`note` holds text/],
  ] as const)('refuses a monotone column that %s', (_what, name, message) => {
    const monotone = { gradient_boosting: { monotone: { [name]: 'rising' } } };
    expect(() => checkFeatures(COLUMNS, specWith({ algorithms: [monotone] }))).toThrow(message);
  });

  it('passes a monotone column that a step makes', () => {
    const spec = specWith({
      features: { engineer: [{ log: 'speed' }] },
      algorithms: [{ gradient_boosting: { monotone: { speed_log1p: 'rising' } } }],
    });
    expect(() => checkFeatures(COLUMNS, spec)).not.toThrow();
  });

  it('refuses a duration from one row to the next where times are numbers', () => {
    const forecastOf = (time: string) =>
      specWith({
        target: { column: 'load', task: 'forecast' },
        time,
        forecast: { horizon: 3, every: '1d' },
      });
    const moment = { name: 'moment', kind: 'time' } as const;
    expect(() => checkFeatures(COLUMNS, forecastOf('speed'))).toThrow(
      /forecast\.every is 1d, and `speed` holds numbers.*Remove it/,
    );
    expect(() => checkFeatures([...COLUMNS, moment], forecastOf('moment'))).not.toThrow();
  });

  it('refuses a text target for regression', () => {
    const spec = specWith({ target: { column: 'note', task: 'regression' } });
    expect(() => checkFeatures(COLUMNS, spec)).toThrow(/target column "note" holds text/);
  });
});
