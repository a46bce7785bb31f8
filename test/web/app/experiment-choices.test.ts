import { describe, expect, it } from 'vitest';
import { experimentChoices } from '../../../src/web/app/parts/experiment-choices.ts';

describe('the experiments that a list can be narrowed to', () => {
  it('hold the one that it is narrowed to, though it was not among those that were read', () => {
    expect(experimentChoices(['sales', 'stock'], 'old')).toEqual(['old', 'sales', 'stock']);
    expect(experimentChoices(['sales', 'stock'], 'stock')).toEqual(['sales', 'stock']);
    expect(experimentChoices(['sales', 'stock'], undefined)).toEqual(['sales', 'stock']);
  });
});
