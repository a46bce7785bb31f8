import { describe, expect, it } from 'vitest';
import { adviserRecord } from '../support/planted-table.ts';

const SEEDS = 100;

describe('the partition adviser over 100 seeds', () => {
  it('puts the planted column before ten decoys, and advises nothing on shuffled labels, in 95 at least', () => {
    const { found, held } = adviserRecord(SEEDS, 800);
    expect(found).toBeGreaterThanOrEqual(95);
    expect(held).toBeGreaterThanOrEqual(95);
  }, 600_000);
});
