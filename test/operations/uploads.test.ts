import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keepUpload, keptUpload, removeUpload } from '../../src/operations/uploads.ts';
import { testFolder } from '../support/test-folder.ts';

const BYTES = Buffer.from('a\tb\n1\t2\n');

async function* sent(): AsyncGenerator<Uint8Array> {
  yield BYTES;
}

describe('the same bytes uploaded under two endings', () => {
  const keep = (folder: string, name: string) => keepUpload(folder, name, sent(), 1_000);

  it.each([
    { first: 'sales.tsv', last: 'numbers.csv', gone: 'numbers.csv', left: 'numbers.tsv' },
    { first: 'sales.tsv', last: 'numbers.csv', gone: 'sales.tsv', left: 'numbers.csv' },
  ])('are still found as $left where $gone is taken away', async ({ first, last, gone, left }) => {
    const folder = join(testFolder(), 'uploads');
    const kept = [await keep(folder, first), await keep(folder, last)];
    const { digest } = await keptUpload(folder, kept[0]?.digest as never);
    const unwanted = kept.find(({ name }) => name === gone);
    await removeUpload(unwanted?.path ?? '');
    expect(await keptUpload(folder, digest)).toMatchObject({ name: left, byteSize: BYTES.length });
    await removeUpload((await keptUpload(folder, digest)).path);
    await expect(keptUpload(folder, digest)).rejects.toMatchObject({ kind: 'not-found' });
    expect(readdirSync(folder)).toEqual([]);
  });
});
