import { describe, expect, it } from 'vitest';
import { toApplicationFailure } from '../../activities/failures.ts';
import { FAILURE_KINDS, Failure } from '../../src/domain/failure.ts';

const withCode = (code: string) => Object.assign(new Error(`it failed: ${code}`), { code });

/** The attempt after which it is given up; infinity stands for what only the workflow's policy ends. */
function attemptsOf(error: unknown): number {
  const attempts = [1, 2, 3, 9, 10, 999];
  const last = attempts.find((attempt) => toApplicationFailure(error, attempt).nonRetryable);
  return last ?? Number.POSITIVE_INFINITY;
}

describe('an attempt that failed', () => {
  it('is final where the same again would fail the same way', () => {
    for (const kind of FAILURE_KINDS.filter((one) => one !== 'unreachable'))
      expect([kind, attemptsOf(new Failure(kind, 'No.'))]).toEqual([kind, 1]);
  });

  it.each(['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'EMFILE', '40P01', '53300', '57P01', '08006'])(
    'is tried again as long as the policy allows after %s',
    (code) => {
      expect(attemptsOf(withCode(code))).toBe(Number.POSITIVE_INFINITY);
      expect(attemptsOf(new Error('it broke', { cause: withCode(code) }))).toBe(
        Number.POSITIVE_INFINITY,
      );
    },
  );

  it.each(['ENOSPC', 'EACCES', '53100'])('waits some minutes for a person after %s', (code) => {
    expect(attemptsOf(withCode(code))).toBe(10);
    const failure = new Failure('unreachable', 'No space.', { cause: withCode(code) });
    expect(attemptsOf(failure)).toBe(10);
    expect(toApplicationFailure(failure, 1)).toMatchObject({ type: 'unreachable' });
  });

  it('is given up after three quick ones where nobody foresaw it', () => {
    for (const bug of [new TypeError('x is not a function'), withCode('22P02'), 'a text'])
      expect(attemptsOf(bug)).toBe(3);
    const told = toApplicationFailure(new TypeError('x is not a function'), 1);
    expect(told).toMatchObject({ type: 'TypeError', nextRetryDelay: '250 ms' });
  });
});
