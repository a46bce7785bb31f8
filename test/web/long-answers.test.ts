import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LongAnswers } from '../../src/web/long-answers.ts';

const MINUTES = 60_000;

describe('what takes longer to make than an answer should', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  const answers = () => new LongAnswers<string>({ one: 'plan', many: 'plans' });
  /** Something that is made as long as nobody calls `made`. */
  const making = () => {
    let made: (text: string) => void = () => {};
    const value = new Promise<string>((resolve) => {
      made = resolve;
    });
    return { make: () => value, made: (text: string) => made(text) };
  };

  it('is kept for ten minutes after it was made, however long that took', async () => {
    const plans = answers();
    const { make, made } = making();
    const id = plans.begin('edda', make);
    await vi.advanceTimersByTimeAsync(60 * MINUTES);
    made('a plan');
    expect(await plans.wait(id, 'edda', 1)).toBe('a plan');
    await vi.advanceTimersByTimeAsync(9 * MINUTES);
    expect(await plans.wait(id, 'edda', 1)).toBe('a plan');
    await vi.advanceTimersByTimeAsync(2 * MINUTES);
    await expect(plans.wait(id, 'edda', 1)).rejects.toThrow(`There is no plan ${id}`);
  });

  it('is made for four at most, however long they take', async () => {
    const plans = answers();
    const { make } = making();
    for (let k = 0; k < 4; k++) plans.begin('edda', make);
    await vi.advanceTimersByTimeAsync(60 * MINUTES);
    expect(() => plans.begin('ada', make)).toThrow('4 plans are being made');
  });

  it('is had by who asked for it only', async () => {
    const plans = answers();
    const id = plans.begin('edda', () => Promise.resolve('a plan'));
    await expect(plans.wait(id, 'ada', 1)).rejects.toThrow(`There is no plan ${id}`);
  });

  it('is made once for all who ask meanwhile where it is joined, and anew for who asks later', async () => {
    const plans = answers();
    const first = making();
    const id = plans.join(first.make);
    const asked = vi.fn(() => Promise.resolve('another plan'));
    expect(plans.join(asked)).toBe(id);
    expect(asked).not.toHaveBeenCalled();
    first.made('a plan');
    expect(await plans.wait(id, 'edda', 1)).toBe('a plan');
    expect(await plans.wait(id, 'ada', 1)).toBe('a plan');
    const later = plans.join(asked);
    expect(later).not.toBe(id);
    expect(await plans.wait(later, 'ada', 1)).toBe('another plan');
  });
});
