import { describe, expect, it } from 'vitest';
import { composeSnapshot } from '../../src/sources/compose-snapshot.ts';
import { testFolder } from '../support/test-folder.ts';
import { csvOf, readAll, type Taken, takeCsv } from './snapshots.ts';

type Version = 'old' | 'new';

/** Rows of partition `k`, whose number and values differ between versions. */
function rowsOf(k: string, version: Version) {
  const count = version === 'old' ? 3 : 5;
  return Array.from({ length: count }, (_, i) => {
    const x = version === 'old' ? i / 7 : 10 - i / 3;
    return [k, i, i === 1 ? null : x, `${version} ${i % 2}`] as const;
  });
}

function take(partitions: { readonly [k: string]: Version }): Promise<Taken> {
  const rows = Object.entries(partitions).flatMap(([k, version]) => rowsOf(k, version));
  return takeCsv(csvOf('k,y,x,c', rows));
}

describe('a snapshot composed of others', () => {
  it('is the one that a source with the same rows gives, to the last digest', async () => {
    const old = await take({ a: 'old', b: 'old', d: 'old' });
    const now = await take({ a: 'new', b: 'new', c: 'new', d: 'new' });
    const partOf = ({ snapshot, parquetPath: path }: Taken, k: string) => {
      const partition = snapshot.partitions.find(({ key }) => key['k'] === k);
      if (partition === undefined) throw new RangeError(k);
      return { path, partition };
    };
    const composed = await composeSnapshot(
      {
        like: now.snapshot,
        partitions: [partOf(old, 'a'), partOf(now, 'b'), partOf(now, 'c'), partOf(old, 'd')],
        outputFolder: testFolder(),
      },
      new AbortController().signal,
    );
    const whole = await take({ a: 'old', b: 'new', c: 'new', d: 'old' });
    expect(composed.snapshot).toEqual(whole.snapshot);
    const [rows, expected] = [await readAll(composed), await readAll(whole)];
    expect(rows.frame).toEqual(expected.frame);
    expect(rows.rowHashes).toEqual(expected.rowHashes);
  });
});
