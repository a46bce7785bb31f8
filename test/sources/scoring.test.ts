import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SpecInput } from '../../src/spec/spec.ts';
import { testFolder } from '../support/test-folder.ts';
import { requestOf, type Taken, take, takeCsv, valuesOf } from './snapshots.ts';

type Wishes = Partial<Pick<SpecInput, 'partition' | 'columns' | 'time' | 'features' | 'target'>>;

/** The rows of a CSV, read to be scored by what was trained on another. */
async function readToScore(training: string, csv: string, wishes: Wishes = {}): Promise<Taken> {
  const { snapshot } = await takeCsv(training, wishes);
  const folder = testFolder();
  writeFileSync(join(folder, 'new.csv'), csv);
  const request = requestOf({ kind: 'csv', path: 'new.csv' }, { ...wishes, folder });
  const bins = snapshot.columns.flatMap(({ name, edges }) => (edges ? [[name, { edges }]] : []));
  const partition = { ...request.spec.partition, bins: Object.fromEntries(bins) };
  return take({ ...request, spec: { ...request.spec, partition }, trained: snapshot.columns });
}

const texts = ({ snapshot }: Taken) => snapshot.partitions.map(({ text }) => text);
const names = ({ snapshot }: Taken) => snapshot.columns.map(({ name }) => name);

describe('rows to be scored', () => {
  it('need neither target nor weight, id, dropped or second row, and bring nothing that training did not see', async () => {
    const scored = await readToScore(
      'id,k,x,note,w,y\n1,a,1,n,1,5\n2,b,2,n,1,6\n3,b,2,n,1,6\n',
      'k,x,extra\nb,7,z\n',
      { columns: { id: 'id', weight: 'w', drop: ['note'] } },
    );
    expect(names(scored)).toEqual(['k', 'x']);
    expect(await valuesOf(scored, 'x')).toEqual([7]);
  });

  it('may hold anything in the column of the target', async () => {
    const scored = await readToScore('k,x,y\na,1,5\nb,2,6\n', 'k,x,y\na,1,unknown\n');
    expect(names(scored)).toEqual(['k', 'x']);
  });

  it('bring the target where features look back on it', async () => {
    const features = { engineer: [{ lag: { columns: ['y'], steps: [1] } }] };
    const days = Array.from({ length: 12 }, (_, i) => `a,2026-01-${10 + i},1,${i}\n`);
    const training = `k,day,x,y\n${days.join('')}`;
    const scored = await readToScore(training, 'k,day,x,y\na,2026-02-01,1,5\na,2026-02-02,2,6\n', {
      time: 'day',
      features,
    });
    expect(await valuesOf(scored, 'y')).toEqual([5, 6]);
  });

  it('have their times counted in what training counted them in, however large they are', async () => {
    const start = Date.UTC(2026, 0, 1);
    const days = Array.from({ length: 12 }, (_, i) => `a,${start + i * 864e5},1,${i}\n`);
    const training = `k,at,x,y\n${days.join('')}`;
    const scored = await readToScore(training, 'k,at,x\na,1000,1\na,2000,1\n', { time: 'at' });
    // A second after 1970, not twenty minutes: milliseconds.
    expect(await valuesOf(scored, 'at')).toEqual([
      '1970-01-01T00:00:01.000Z',
      '1970-01-01T00:00:02.000Z',
    ]);
  });

  it('are the same rows where their columns come in another order', async () => {
    const training = 'k,x,z,y\na,1,p,5\na,2,q,6\nb,3,p,7\n';
    const again = 'z,extra,x,k\np,1,1,a\nq,2,2,a\np,3,3,b\n';
    const [straight, mixed] = await Promise.all([
      readToScore(training, training),
      readToScore(training, again),
    ]);
    expect(names(mixed)).toEqual(names(straight));
    expect(mixed.snapshot.digest).toBe(straight.snapshot.digest);
    const digests = ({ snapshot }: Taken) => snapshot.partitions.map(({ digest }) => digest);
    expect(digests(mixed)).toEqual(digests(straight));
  });

  it('may all lack the key', async () => {
    const scored = await readToScore('k,x,y\na,1,5\nb,2,6\n', 'k,x\n,1\n');
    expect(texts(scored)).toEqual(['k=\\N']);
  });

  it('are of the kinds that training saw, whatever they look like alone', async () => {
    const scored = await readToScore(
      'k,code,x,at,y\na,x1,1.5,2026-01-01,5\nb,7,2,2026-01-02,6\n',
      'k,code,x,at\na,007,,\n',
    );
    expect(scored.snapshot.columns.map(({ kind }) => kind)).toEqual([
      'category',
      'category',
      'number',
      'time',
    ]);
    expect(await valuesOf(scored, 'code')).toEqual(['007']);
    expect(await valuesOf(scored, 'x')).toEqual([null]);
  });

  it.each([
    ['numbers', '7,1,5\n8,2,6\n', '7.0,1\n', 'k=7'],
    ['texts', '007,1,5\n8,2,6\n', '007,1\n', 'k=007'],
    ['truth values', 'true,1,5\nfalse,2,6\n', 'TRUE,1\n', 'k=true'],
    ['numbers beside a new text', '7,1,5\n8,2,6\n', 'seven,1\n', 'k=seven'],
  ])('have keys written as training wrote %s', async (_what, training, row, key) => {
    const scored = await readToScore(`k,x,y\n${training}`, `k,x\n${row}`);
    expect(texts(scored)).toEqual([key]);
  });

  it('keep labels of a declared type', async () => {
    const scored = await readToScore('k,x,y\n07,1,5\n8,2,6\n', 'k,x\n8.0,1\n', {
      columns: { types: { k: 'text' } },
    });
    expect(texts(scored)).toEqual(['k=8.0']);
  });

  it('are put in the bins that training cut', async () => {
    const wishes = { partition: { by: 'k', bins: { k: { count: 2 } } } } satisfies Wishes;
    const scored = await readToScore('k,x,y\n1,1,5\n2,2,6\n3,2,6\n9,2,6\n', 'k,x\n100,1\n', wishes);
    expect(texts(scored)).toEqual(['k=from 2.5']);
  });

  it('are put into the key that normalising gives', async () => {
    const wishes = { partition: { by: 'k', normalise: ['trim', 'lowercase'] } } satisfies Wishes;
    const scored = await readToScore('k,x,y\nA,1,5\nb,2,6\n', 'k,x\n a ,1\n', wishes);
    expect(texts(scored)).toEqual(['k=a']);
  });

  it.each([
    ['the key', 'x\n1\n', {}, 'The data have no column `k`, which tells the model'],
    ['a number', 'k,x\na,tall\n', {}, "Column `x` holds 'tall' in row 1, which is no number"],
    [
      'the time that lags look back in',
      'k,x\na,1\n',
      { time: 'at', features: { engineer: [{ lag: { columns: ['x'], steps: [1] } }] } },
      'The data have no column `at`, which orders the rows that features look back on',
    ],
  ] as const)('are refused without %s', async (_what, csv, wishes, message) => {
    const training = Array.from({ length: 20 }, (_, i) => `a,${i},2026-01-${10 + i},5\n`);
    await expect(
      readToScore(`k,x,at,y\n${training.join('')}`, csv, wishes as Wishes),
    ).rejects.toThrow(message);
  });
});
