import { describe, expect, it } from 'vitest';
import { refusalWarnings } from '../../src/operations/trained-rows.ts';
import { machineSpec } from '../support/machines.ts';

const knn = [{ knn: { k: 3 } }, { knn: { k: 9 } }] as const;
const specOf = (max_rows: number) =>
  machineSpec({
    algorithms: ['baseline', ...knn],
    validate: { folds: 4, holdout: 0.2 },
    global: { max_rows },
  });
const global = (rows: number) => ({ name: 'the model without partition', rows, isSampled: true });

describe('a plan', () => {
  it('warns once of an algorithm that will be refused, and says where and the way out', () => {
    const models = [
      { name: 'car', rows: 200_000 },
      { name: 'loader', rows: 300 },
      { name: 'truck', rows: 600_000 },
    ];
    expect(refusalWarnings(specOf(100_000), [...models, global(800_300)])).toEqual([
      'knn takes at most 100000 training rows and would get 360000 in truck and 1 more: it will fail there. Remove it from algorithms.',
    ]);
  });

  it('counts of the model without partition the rows that it is trained on', () => {
    expect(refusalWarnings(specOf(150_000), [global(800_000)])).toEqual([
      'knn takes at most 100000 training rows and would get 150000 in the model without partition: it will fail there. Remove it from algorithms, or lower global.max_rows.',
    ]);
    expect(refusalWarnings(specOf(150_000), [global(166_000)])).toEqual([]);
  });
});
