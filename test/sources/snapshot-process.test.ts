import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { takeSnapshot } from '../../src/sources/snapshot-process.ts';
import type { SnapshotRequest } from '../../src/sources/snapshot-request.ts';
import { testFolder } from '../support/test-folder.ts';
import { requestOf, take } from './snapshots.ts';

function csvRequest(
  text: string,
  limits: Partial<SnapshotRequest['limits']> = {},
): SnapshotRequest {
  const folder = testFolder();
  writeFileSync(join(folder, 'data.csv'), text);
  const request = requestOf({ kind: 'csv', path: 'data.csv' }, { folder });
  return { ...request, limits: { ...request.limits, ...limits } };
}

const never = new AbortController().signal;
const ROWS = Array.from({ length: 200_000 }, (_, i) => `k${i % 5},${i},"text number ${i}"\n`).join(
  '',
);

describe('a snapshot made in a process of its own', () => {
  it('is the one made here, and tells how far it is', async () => {
    const request = csvRequest('k,y,x\na,1,2\nb,2,3\n');
    const steps: string[] = [];
    const made = await takeSnapshot(request, never, ({ step }) => steps.push(step));
    expect(made.snapshot).toEqual((await take(request)).snapshot);
    expect(existsSync(made.parquetPath)).toBe(true);
    expect(new Set(steps)).toEqual(new Set(['reading', 'typing', 'hashing', 'writing']));
  });

  it('fails with the same words', async () => {
    await expect(takeSnapshot(csvRequest('k,y,x\na,1\n'), never)).rejects.toMatchObject({
      name: 'Failure',
      kind: 'invalid-data',
      message: 'data.csv, line 2 has 2 values, but the header names 3 columns.',
    });
  });

  it('ends when it takes more memory than it may', async () => {
    await expect(
      takeSnapshot(csvRequest(`k,y,x\n${ROWS}`, { memoryMb: 64 }), never),
    ).rejects.toMatchObject({
      kind: 'limit-exceeded',
      message: expect.stringContaining('memory'),
    });
  });

  it('ends when it takes longer than it may', async () => {
    await expect(
      takeSnapshot(csvRequest(`k,y,x\n${ROWS}`, { seconds: 0.001 }), never),
    ).rejects.toMatchObject({
      kind: 'limit-exceeded',
      message: expect.stringContaining('0.001 seconds'),
    });
  });

  it('ends when the signal says so, with its reason, and leaves no result', async () => {
    const request = csvRequest(`k,y,x\n${ROWS}`);
    const abort = new AbortController();
    const reason = new Error('enough');
    await expect(takeSnapshot(request, abort.signal, () => abort.abort(reason))).rejects.toBe(
      reason,
    );
    expect(readdirSync(request.outputFolder)).toEqual([]);
    await expect(takeSnapshot(request, abort.signal)).rejects.toBe(reason);
  });
});
