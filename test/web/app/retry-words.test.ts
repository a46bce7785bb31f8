import { describe, expect, it } from 'vitest';
import {
  leftSomething,
  retryOfText,
  retryText,
} from '../../../src/web/app/pages/run/retry-words.ts';

describe('what a retry says that it would do', () => {
  it('counts what is fitted again and what is taken over, and gives the reason of the server', () => {
    const plan = { again: 2, takenOver: 12, note: null };
    expect(retryText(plan)).toBe('Fitted again: 2 partitions; taken over: 12.');
    const note = 'The code that fits models has changed since: everything is fitted again.';
    expect(retryText({ again: 3, takenOver: 0, note })).toBe(
      `Fitted again: 3 partitions; taken over: 0. ${note}`,
    );
  });

  it('counts nothing that nobody knows yet', () => {
    const note = 'The run had not read its source: it is read now.';
    expect(retryText({ again: 0, takenOver: 0, note })).toBe(note);
  });
});

describe('a run that retries another', () => {
  it.each([
    [{ which: 'failed' } as const, 'Goes on where an earlier run ended.'],
    [{ which: 'missing' } as const, 'Goes on where an earlier run ended.'],
    [{ which: 'all' } as const, 'Fits everything of an earlier run again.'],
    [{ which: 'all', partition: 'a' } as const, 'Fits one partition of an earlier run again.'],
  ])('says what of it is fitted again: %o', (again, sentence) => {
    expect(retryOfText(again).join('an earlier run')).toBe(sentence);
  });
});

describe('a retry', () => {
  it('is offered where a run ended too early or a partition failed, whatever the run came to', () => {
    expect(leftSomething({ status: 'CANCELLED', failed: 0 })).toBe(true);
    expect(leftSomething({ status: 'SUCCEEDED', failed: 1 })).toBe(true);
    expect(leftSomething({ status: 'SUCCEEDED', failed: 0 })).toBe(false);
  });
});
