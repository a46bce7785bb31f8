import { describe, expect, it } from 'vitest';
import { openRuns, withChanged } from '../../../src/web/app/pages/home/changed-runs.ts';

const run = (runId: string, status: 'SUCCEEDED' | 'PARTIAL' | 'PENDING' | 'RUNNING') => ({
  runId,
  status,
});
const PAGES = [
  { runs: [run('4', 'RUNNING'), run('3', 'SUCCEEDED')], next: '3' },
  { runs: [run('2', 'PENDING'), run('1', 'PARTIAL')], next: null },
];

describe('pages of runs', () => {
  it('are asked again for those that go on, on whatever page', () => {
    expect(openRuns(PAGES).map(({ runId }) => runId)).toEqual(['4', '2']);
  });

  it('have what has changed in its place, and what is new first', () => {
    const changed = [run('6', 'RUNNING'), run('5', 'SUCCEEDED'), run('2', 'PARTIAL')];
    expect(withChanged(PAGES, changed)).toEqual([
      { ...PAGES[0], runs: [changed[0], changed[1], ...(PAGES[0]?.runs ?? [])] },
      { ...PAGES[1], runs: [changed[2], PAGES[1]?.runs[1]] },
    ]);
    expect(withChanged(PAGES, [])).toEqual(PAGES);
  });

  it('hold nothing twice, should it be told twice', () => {
    const changed = [run('5', 'SUCCEEDED')];
    const once = withChanged(PAGES, changed);
    expect(withChanged(once, changed)).toEqual(once);
  });
});
