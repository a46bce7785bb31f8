import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { OperationContext } from '../../src/operations/context.ts';
import { writeReplayBundle } from '../../src/operations/replay-bundle.ts';
import { runRecord, trainedRecord } from '../support/run-records.ts';
import { testFolder } from '../support/test-folder.ts';

describe('a bundle of one partition', () => {
  it('is refused before its rows are read where they are more than it holds, with both sizes', async () => {
    const record = { ...trainedRecord('car'), ranges: [{ start: 0, count: 30_000_000 }] };
    // Nothing else is asked: no rows, no folds.
    const context = {
      runs: { run: async () => runRecord(), partition: async () => record },
      objects: {},
      lineage: {},
    } as unknown as OperationContext;
    const out = join(testFolder(), 'car.replay');
    const written = writeReplayBundle(context, { run: '1', partition: 'car', out });
    await expect(written).rejects.toMatchObject({
      kind: 'limit-exceeded',
      message: expect.stringMatching(
        /^Partition ".*car" takes at least \d{3,} MB, and a bundle holds 256 MB: /,
      ) as string,
    });
    expect(existsSync(out)).toBe(false);
  });
});
