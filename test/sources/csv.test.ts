import { describe, expect, it } from 'vitest';
import { takeCsv, valuesOf } from './snapshots.ts';

describe('csv source', () => {
  it('finds types from all values and keeps what is text', async () => {
    const taken = await takeCsv(
      'k,y,code,flag,when,word\na,1,007,true,2026-01-01,NA\nb,2.5,10,False,2026-01-02 03:04:05,x\nb,-3e2,11,TRUE,2026-01-02T03:04:05.678901+02:00,\n',
    );
    expect(taken.snapshot.columns.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'k category',
      'y number',
      'code category',
      'flag category',
      'when time',
      'word category',
    ]);
    expect(await valuesOf(taken, 'y')).toEqual([1, 2.5, -300]);
    expect(await valuesOf(taken, 'code')).toEqual(['007', '10', '11']);
    expect(await valuesOf(taken, 'flag')).toEqual(['true', 'false', 'true']);
    expect(await valuesOf(taken, 'when')).toEqual([
      '2026-01-01T00:00:00.000Z',
      '2026-01-02T03:04:05.000Z',
      '2026-01-02T01:04:05.678Z',
    ]);
    expect(await valuesOf(taken, 'word')).toEqual(['NA', 'x', null]);
  });
});
