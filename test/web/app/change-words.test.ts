import { describe, expect, it } from 'vitest';
import { agreementText, sameText } from '../../../src/web/app/pages/compare/change-words.ts';

const counts = {
  both: 3,
  onlyA: 0,
  onlyB: 0,
  changedRows: 0,
  withModel: 3,
  sameModel: 3,
  otherVerdict: 0,
};
const MADE = 'Nothing: the same rows, the same spec and the same code.';

describe('what two runs have in common', () => {
  it('promises equal models only where all of them are', () => {
    expect(sameText(counts, true)).toBe(`${MADE} That gives equal models, byte for byte.`);
    expect(sameText({ ...counts, sameModel: 2 }, true)).toBe(MADE);
    expect(sameText({ ...counts, both: 0, sameModel: 0 }, true)).toBe(MADE);
  });

  it('is nothing about rows that were never read', () => {
    const none = { ...counts, both: 0, withModel: 0, sameModel: 0 };
    expect(sameText(none, false)).not.toContain('the same rows');
  });

  it('says nothing of models where neither side has one', () => {
    const none = { ...counts, withModel: 0, sameModel: 0 };
    expect(agreementText(none)).toBe('3 partitions in both.');
    expect(agreementText({ ...none, changedRows: 1, onlyB: 2 })).toBe(
      '3 partitions in both: 1 with other rows. 2 only in B.',
    );
    expect(agreementText(counts)).toBe('3 partitions in both: 3 with the same model of its own.');
  });
});
