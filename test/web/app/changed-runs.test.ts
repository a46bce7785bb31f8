import { describe, expect, it } from 'vitest';
import {
  changesToAsk,
  openRuns,
  withChanged,
} from '../../../src/web/app/pages/home/changed-runs.ts';

type Status = 'SUCCEEDED' | 'PARTIAL' | 'PENDING' | 'RUNNING';

/** Begun so many seconds after the first. */
const run = (runId: string, status: Status, seconds = 0) => ({
  runId,
  status,
  createdAt: new Date(Date.UTC(2026, 10, 27) + seconds * 1000).toISOString(),
});
const PAGES = [
  { runs: [run('8', 'RUNNING', 400), run('6', 'SUCCEEDED', 300)], next: '6' },
  { runs: [run('4', 'PENDING', 200), run('2', 'PARTIAL', 100)], next: null },
];
const idsOf = (pages: readonly { readonly runs: readonly { readonly runId: string }[] }[]) =>
  pages.map(({ runs }) => runs.map(({ runId }) => runId));

describe('pages of runs', () => {
  it('are asked again for those that go on, on whatever page', () => {
    expect(openRuns(PAGES).map(({ runId }) => runId)).toEqual(['8', '4']);
    expect(changesToAsk(PAGES, 0)).toEqual({ since: '6', among: '8,4' });
    expect(changesToAsk([{ runs: [run('2', 'PARTIAL')], next: null }], 0)).toEqual({ since: '2' });
    expect(changesToAsk([{ runs: [], next: null }], 0)).toEqual({});
  });

  it('are asked for what is newer than a run which none may come in before any more', () => {
    const begun = (...seconds: readonly number[]) => {
      const runs = seconds.map((second, i) => run(`${9 - i}`, 'SUCCEEDED', second));
      return changesToAsk([{ runs, next: null }], 0)?.since;
    };
    expect(begun(100, 99, 41, 40, 39)).toBe('6');
    // All of one minute: the oldest.
    expect(begun(100, 100, 100)).toBe('7');
  });

  it('are read anew once they are old, and where too many go on to ask for each', () => {
    expect(changesToAsk(PAGES, 59_000)).not.toBe(null);
    expect(changesToAsk(PAGES, 61_000)).toBe(null);
    const open = (count: number) => {
      const runs = Array.from({ length: count }, (_, i) => run(`${i}`, 'RUNNING'));
      return changesToAsk([{ runs, next: null }], 0);
    };
    expect(open(100)?.among?.split(',')).toHaveLength(100);
    expect(open(101)).toBe(null);
  });

  it('have what has changed in its place, and what is new first', () => {
    const changed = [run('a', 'RUNNING'), run('9', 'SUCCEEDED'), run('4', 'PARTIAL')];
    expect(withChanged(PAGES, changed)).toEqual([
      { ...PAGES[0], runs: [changed[0], changed[1], ...(PAGES[0]?.runs ?? [])] },
      { ...PAGES[1], runs: [changed[2], PAGES[1]?.runs[1]] },
    ]);
    expect(withChanged(PAGES, [])).toEqual(PAGES);
  });

  it('have what came in late where its id belongs, and none of a page that was not read', () => {
    const late = [run('7', 'RUNNING'), run('5', 'RUNNING'), run('1', 'RUNNING')];
    expect(idsOf(withChanged(PAGES, late))).toEqual([
      ['8', '7', '6'],
      ['5', '4', '2', '1'],
    ]);
    expect(idsOf(withChanged(PAGES.slice(0, 1), late))).toEqual([['8', '7', '6']]);
  });

  it('hold nothing twice, should it be told twice', () => {
    const changed = [run('9', 'SUCCEEDED')];
    const once = withChanged(PAGES, changed);
    expect(withChanged(once, changed)).toEqual(once);
  });
});
