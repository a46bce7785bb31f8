import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { OpenSnapshots } from '../../src/engines/local/open-snapshots.ts';
import { writeSnapshotFile } from '../support/snapshot-file.ts';
import { testFolder } from '../support/test-folder.ts';

const COLUMN = { kind: 'number', name: 'x', values: Float64Array.of(1, 2, 3) } as const;
const snapshotFile = () => writeSnapshotFile({ rowCount: 3, columns: [COLUMN] });
const ALL = [{ start: 0, count: 3 }];

describe('open snapshots', () => {
  it('open a file once for all who read it, until the last has given it back', async () => {
    const path = await snapshotFile();
    const snapshots = new OpenSnapshots();
    const first = await snapshots.take(path);
    expect(await snapshots.take(path)).toBe(first);
    await snapshots.giveBack(path);
    expect((await first.read(ALL, ['x'])).frame.columns).toEqual([COLUMN]);

    await snapshots.giveBack(path);
    await expect(first.read(ALL, ['x'])).rejects.toThrow();
    const again = await snapshots.take(path);
    expect(again).not.toBe(first);
    await snapshots.giveBack(path);
  });

  it('try again with a file that could not be opened', async () => {
    const path = join(testFolder(), 'late.parquet');
    const snapshots = new OpenSnapshots();
    await expect(snapshots.take(path)).rejects.toMatchObject({ kind: 'corrupt-object' });
    await snapshots.giveBack(path);
    copyFileSync(await snapshotFile(), path);
    expect((await (await snapshots.take(path)).read(ALL, ['x'])).frame.rowCount).toBe(3);
    await snapshots.giveBack(path);
  });
});
