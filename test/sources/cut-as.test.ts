import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cutAs } from '../../src/sources/cut-as.ts';
import { testFolder } from '../support/test-folder.ts';
import { requestOf, take } from './snapshots.ts';

const CUT = { partition: { by: 'k', bins: { k: { count: 2, method: 'quantile' } } } } as const;

function csvOf(keys: readonly number[]): string {
  return `k,x,y\n${keys.map((key) => `${key},${key % 3},${key}\n`).join('')}`;
}

describe('a key that is cut into a number of bins', () => {
  it('is cut where it was cut before, however the new rows lie', async () => {
    const folder = testFolder();
    const asked = requestOf({ kind: 'csv', path: 'data.csv' }, { ...CUT, folder });
    const read = (keys: readonly number[], { spec } = asked) => {
      writeFileSync(join(folder, 'data.csv'), csvOf(keys));
      return take({ ...asked, spec });
    };
    const before = await read([1, 2, 3, 4, 5, 6, 7, 8]);
    const { columns } = before.snapshot;
    const later = [5, 6, 7, 8, 9, 10, 11, 12];
    const anew = await read(later);
    const again = await read(later, { ...asked, spec: cutAs(asked.spec, columns) });
    const edges = ({ snapshot }: typeof before) => snapshot.columns.map((column) => column.edges);
    const texts = ({ snapshot }: typeof before) => snapshot.partitions.map(({ text }) => text);
    expect(edges(anew)).not.toEqual(edges(before));
    expect(edges(again)).toEqual(edges(before));
    for (const text of texts(again)) expect(texts(before)).toContain(text);
  });
});
