import { describe, expect, it } from 'vitest';
import { Failure } from '../../src/domain/failure.ts';
import { DriftResults } from '../../src/web/drift-results.ts';
import { testFolder } from '../support/test-folder.ts';

const RUN = '01890000-0000-7000-8000-000000000001';
const PATIENCE_MS = 60_000;

describe('the last comparison of a run', () => {
  it('tells why it failed, until it is asked for again', async () => {
    const results = new DriftResults(testFolder());
    const gone = new Failure('invalid-data', 'The source is gone.');
    results.begin(RUN, 'edda', () => Promise.reject(gone));
    await expect(results.latest(RUN, PATIENCE_MS)).rejects.toBe(gone);
    await expect(results.latest(RUN, PATIENCE_MS)).rejects.toBe(gone);
    results.begin(RUN, 'edda', () => Promise.resolve());
    expect(await results.latest(RUN, PATIENCE_MS)).toBe(null);
  });
});
