import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { makeSnapshot } from '../../src/sources/make-snapshot.ts';
import { testFolder } from '../support/test-folder.ts';
import { csvOf, readAll, requestOf, take, takeCsv, valuesOf } from './snapshots.ts';

describe('a snapshot with a time column', () => {
  const days = (count: number) =>
    Array.from(
      { length: count },
      (_, i) =>
        [
          i % 2 === 0 ? 'a' : 'b',
          i,
          new Date(Date.UTC(2026, 0, 1 + ((i * 7) % count))).toISOString(),
          i % 3,
        ] as const,
    );

  it('has the rows of a partition in time order, those without a time first', async () => {
    const taken = await takeCsv(csvOf('k,y,t,x', [...days(40), ['a', 99, null, 1]]), { time: 't' });
    const { frame } = await readAll(taken, ['t']);
    const micros = frame.columns[0]?.kind === 'time' ? [...frame.columns[0].micros] : [];
    const [a, b] = taken.snapshot.partitions;
    const ofA = micros.slice(0, a?.count);
    expect(ofA[0]).toBeNaN();
    expect(ofA.slice(1)).toEqual(ofA.slice(1).toSorted((one, other) => one - other));
    const ofB = micros.slice(a?.count);
    expect(ofB).toEqual(ofB.toSorted((one, other) => one - other));
    expect(ofB).toHaveLength(b?.count as number);
    expect(taken.snapshot.warnings).toContain('1 rows have no `t`.');
  });

  it('cuts folds and holdout at times of the whole table', async () => {
    const { snapshot } = await takeCsv(csvOf('k,y,t,x', days(100)), {
      time: 't',
      validate: { holdout: 0.2, folds: 3 },
    });
    const day = (number: number) => Date.UTC(2026, 0, number) * 1000;
    expect(snapshot.cutoffs).toEqual([day(21), day(41), day(61), day(81)]);
    const shuffled = await takeCsv(csvOf('k,y,t,x', days(100)), {
      time: 't',
      validate: { scheme: 'shuffled' },
    });
    expect(shuffled.snapshot.cutoffs).toEqual([]);
  });

  it('makes folds as long as the horizon, back from the holdout, and refuses when nothing is left to train on', async () => {
    const table = csvOf('k,y,t,x', days(100));
    const validate = { holdout: 0.2, folds: 3, horizon: '1w', gap: '2d' };
    const { snapshot } = await takeCsv(table, { time: 't', validate });
    const day = (number: number) => Date.UTC(2026, 0, number) * 1000;
    expect(snapshot.cutoffs).toEqual([day(60), day(67), day(74), day(81)]);
    await expect(
      takeCsv(table, { time: 't', validate: { ...validate, gap: '59d' } }),
    ).rejects.toThrow(
      '`time` (t) has no rows before the first fold to train on: with `validate.horizon: 1w` and `validate.gap: 59d` it starts at 2026-03-01T00:00:00.000Z. Shorten them, or lower `validate.folds` or `validate.holdout`.',
    );
  });

  it('refuses times too few to cut', async () => {
    const rows = Array.from({ length: 20 }, (_, i) => [
      'a',
      i,
      i % 2 === 0 ? '2026-01-01' : '2026-01-02',
      i % 3,
    ]);
    await expect(takeCsv(csvOf('k,y,t,x', rows), { time: 't' })).rejects.toThrow(
      'has 2 distinct values',
    );
  });

  it('takes numbers as seconds or milliseconds by their size', async () => {
    const seconds = await takeCsv('k,y,t\na,1,1767225600\nb,2,1767225601.5\n', {
      time: 't',
      validate: { scheme: 'shuffled' },
      features: { engineer: [{ calendar: 't' }] },
    });
    expect(await valuesOf(seconds, 't')).toEqual([
      '2026-01-01T00:00:00.000Z',
      '2026-01-01T00:00:01.500Z',
    ]);
    const millis = await takeCsv('k,y,t\na,1,1767225600000\nb,2,1767225601500\n', {
      time: 't',
      validate: { scheme: 'shuffled' },
      features: { engineer: [{ calendar: 't' }] },
    });
    expect(await valuesOf(millis, 't')).toEqual(await valuesOf(seconds, 't'));
  });
});

describe('a spec that does not fit its data', () => {
  it.each([
    [
      'key',
      { partition: { by: 'kk' } },
      '`partition.by` names the column `kk`, which the source does not have. Did you mean `k`?',
    ],
    ['target', { target: { column: 'z9', task: 'regression' } }, '`target.column`'],
    ['time', { time: 'tme' }, '`time` names the column `tme`'],
    ['id', { columns: { id: 'nope' } }, '`columns.id`'],
    ['weight', { columns: { weight: 'nope' } }, '`columns.weight`'],
    ['dropped column', { columns: { drop: ['nope'] } }, '`columns.drop`'],
    ['typed column', { columns: { types: { nope: 'text' } } }, '`columns.types`'],
    ['engineered column', { features: { engineer: [{ log: 'nope' }] } }, '`features.engineer`'],
  ] as const)('is told of a missing %s', async (_, wishes, message) => {
    await expect(takeCsv('k,y,x\na,1,2\nb,2,3\n', wishes as never)).rejects.toMatchObject({
      kind: 'invalid-data',
      message: expect.stringContaining(message),
    });
  });

  it('is told when target, weight or time hold the wrong thing, or no feature is left', async () => {
    const text = 'k,y,x,z\na,1,two,1\nb,2,three,2\n';
    await expect(takeCsv(text, { target: { column: 'x', task: 'regression' } })).rejects.toThrow(
      'regression needs a number',
    );
    await expect(takeCsv(text, { columns: { weight: 'x' } })).rejects.toThrow(
      'a weight is a number',
    );
    await expect(takeCsv(text, { time: 'x' })).rejects.toThrow('not all of its values are times');
    await expect(takeCsv(text, { columns: { drop: ['x', 'z'] } })).rejects.toThrow(
      'none is left as a feature',
    );
  });
});

describe('a snapshot', () => {
  it('keeps key, id and labels as text, whatever they look like', async () => {
    const taken = await takeCsv('k,y,id,x\n1,0,10,0.5\n2,1,11,0.25\n', {
      target: { column: 'y', task: 'classification' },
      columns: { id: 'id' },
    });
    expect(taken.snapshot.columns.map(({ kind }) => kind)).toEqual([
      'category',
      'category',
      'category',
      'number',
    ]);
    expect(await valuesOf(taken, 'y')).toEqual(['0', '1']);
  });

  it('warns of constants, identifiers and empty columns, and strict stops there', async () => {
    const rows = Array.from({ length: 40 }, (_, i) => [
      `k${i % 2}`,
      i % 5,
      `code ${i}`,
      7,
      null,
      i + 0.5,
    ]);
    const text = csvOf('k,y,code,same,none,x', rows);
    const { snapshot } = await takeCsv(text);
    expect(snapshot.warnings).toEqual([
      expect.stringContaining('`code` has another value in every row'),
      expect.stringContaining('`same` has one value'),
      expect.stringContaining('`none` has no values'),
    ]);
    await expect(takeCsv(text, { strict: true })).rejects.toThrow('`strict`');
  });

  it('keeps columns whose names differ by case, or are ours', async () => {
    const taken = await takeCsv(
      'k,y,x,X,__row,__hash_low,"a"" b"\na,1,2,3,4,5,6\nb,7,8,9,10,11,12\n',
    );
    expect(await valuesOf(taken, 'x')).toEqual([2, 8]);
    expect(await valuesOf(taken, 'X')).toEqual([3, 9]);
    expect(await valuesOf(taken, '__row')).toEqual([4, 10]);
    expect(await valuesOf(taken, 'a" b')).toEqual([6, 12]);
  });

  it('treats an infinite number as missing', async () => {
    const taken = await takeCsv('k,y,x\na,1,inf\nb,2,-Infinity\nb,3,nan\nb,4,5\n');
    expect(await valuesOf(taken, 'x')).toEqual([null, null, null, 5]);
  });

  it('leaves one file when it is made, and none when it is not', async () => {
    const folder = testFolder();
    const { parquetPath } = await takeCsv('k,y,x\na,1,2\nb,2,3\n', { folder });
    const out = join(folder, 'out');
    expect(readdirSync(out).map((name) => join(out, name))).toEqual([parquetPath]);
    await expect(takeCsv('k,y,x\na,1,2\nb,2\n', { folder })).rejects.toThrow('line 3');
    expect(readdirSync(out)).toHaveLength(1);
  });

  it('is not made when the signal was aborted', async () => {
    const folder = testFolder();
    writeFileSync(join(folder, 'data.csv'), 'k,y,x\na,1,2\nb,2,3\n');
    const request = requestOf({ kind: 'csv', path: 'data.csv' }, { folder });
    const abort = new AbortController();
    const reason = new Error('enough');
    const made = makeSnapshot(
      request,
      abort.signal,
      ({ step }) => step === 'hashing' && abort.abort(reason),
    );
    await expect(made).rejects.toBe(reason);
    expect(readdirSync(join(folder, 'out'))).toEqual([]);
    expect((await take(request)).snapshot.rowCount).toBe(2);
  });
});
