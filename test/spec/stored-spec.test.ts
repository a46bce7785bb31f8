import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { experiment } from '../../src/spec/parse-spec.ts';
import type { SpecInput } from '../../src/spec/spec.ts';
import { writtenSpec } from '../../src/spec/stored-spec.ts';

const TABLE = {
  version: 1,
  name: 'sales',
  data: { source: { kind: 'csv', path: 'sales.csv' } },
  partition: { by: 'store' },
} as const;

const ASKED: readonly SpecInput[] = [
  { ...TABLE, target: { column: 'sold', task: 'regression' }, intervals: {} },
  { ...TABLE, target: { column: 'state', task: 'anomaly', positive: 'odd' } },
  {
    ...TABLE,
    target: { column: 'sold', task: 'forecast' },
    time: 'day',
    forecast: { horizon: 3 },
  },
];

describe('the spec of a run, as it is stored', () => {
  it('asks for the same run again, with a search turned into the candidates that came of it', () => {
    for (const asked of ASKED) {
      const ran = experiment(asked);
      expect(again(ran.spec).digest).toBe(ran.digest);
    }
    const tune = { method: 'random', trials: 3 } as const;
    const [first] = ASKED as [SpecInput];
    const searched = experiment({ ...first, tune }).spec;
    expect(again(searched).spec.candidates).toEqual(searched.candidates);
  });

  it('is told from a spec that somebody wrote, which is left as it is', () => {
    for (const asked of [...ASKED, { candidates: [] }, { candidates: [{}], target: {} }, {}])
      expect(writtenSpec(asked as unknown as JsonObject)).toBe(asked);
  });
});

function again(stored: object) {
  const sent = JSON.parse(JSON.stringify(stored)) as JsonObject;
  return experiment(writtenSpec(sent) as unknown as SpecInput);
}
