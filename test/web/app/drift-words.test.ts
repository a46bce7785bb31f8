import { describe, expect, it } from 'vitest';
import { goesOn, notScoredText } from '../../../src/web/app/pages/data/drift-words.ts';

const working = {
  state: 'working',
  runId: '00000000-0000-7000-8000-000000000000',
  askedBy: 'edda',
  askedAt: '2026-01-01T00:00:00.000Z',
} as const;

describe('what the page of a run says of drift', () => {
  it('goes on until it is done, or has failed', () => {
    expect(goesOn({ data: undefined, error: null })).toBe(false);
    expect(goesOn({ data: working, error: null })).toBe(true);
    expect(goesOn({ data: { state: 'none', runId: working.runId }, error: null })).toBe(false);
    expect(goesOn({ data: working, error: new Error('The source is gone.') })).toBe(false);
  });

  it('names the partitions without a score beside those that have one', () => {
    const scores = { worse: 2, better: 0, same: 5, unknown: 0, because: null };
    expect(notScoredText({ notScored: null, scores })).toBe(null);
    const one = { ...scores, unknown: 1, because: 'it has 3 new rows.' };
    expect(notScoredText({ notScored: null, scores: one })).toBe(
      'Not scored in 1 partition: it has 3 new rows.',
    );
    expect(notScoredText({ notScored: 'the rows have no label.', scores: one })).toBe(
      'Models were not scored: the rows have no label.',
    );
  });
});
