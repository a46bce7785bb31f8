import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPredictions } from '../../src/partition/predictions.ts';
import { rankCandidatesIn } from '../../src/partition/rank.ts';
import type { SpecInput } from '../../src/spec/spec.ts';
import { seededDraws } from '../support/draws.ts';
import { machineSpec } from '../support/machines.ts';

const ROWS = 24;
const FOLDS = 3;
const CANDIDATES = 4;

/** Candidates that guess, and which of them is chosen without each fold when these are the labels. */
function chosenWithout(wishes: Partial<SpecInput>, seed: number, codes: Int32Array) {
  const spec = machineSpec({
    target: { column: 'status', task: 'classification', positive: 'on' },
    metric: 'accuracy',
    algorithms: Array.from({ length: CANDIDATES }, (_, k) => ({ knn: { k: k + 1 } })),
    ...wishes,
  });
  const layers = CANDIDATES + (spec.ensemble === undefined ? 1 : 2);
  const predictions = createPredictions(ROWS, layers, 2);
  const draws = seededDraws(seed);
  for (let row = 0; row < ROWS; row++)
    for (let layer = 0; layer < CANDIDATES; layer++) {
      const on = draws.uniform();
      predictions.values.set([1 - on, on], (row * layers + layer) * 2);
    }
  const truth = {
    target: { kind: 'classes' as const, codes, classes: ['off', 'on'] },
    weights: undefined,
    spec,
  };
  const folds = Uint8Array.from({ length: ROWS }, (_, row) => row % FOLDS);
  return rankCandidatesIn(predictions, truth, folds, spec).bestWithout;
}

describe('the choice without a fold', () => {
  it.each([
    { ensemble: {} },
    { probabilities: { threshold: 'tuned' } },
    { ensemble: {}, probabilities: { threshold: 'tuned', calibrate: 'platt' } },
  ] satisfies Partial<SpecInput>[])(
    'knows nothing of the labels of that fold, under %j',
    (wishes) => {
      const labels = fc.array(fc.integer({ min: 0, max: 1 }), {
        minLength: ROWS,
        maxLength: ROWS,
      });
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 1e6 }), labels, (seed, codes) => {
          const known = chosenWithout(wishes, seed, Int32Array.from(codes));
          for (let fold = 0; fold < FOLDS; fold++) {
            const turned = Int32Array.from(codes, (code, row) =>
              row % FOLDS === fold ? 1 - code : code,
            );
            expect(chosenWithout(wishes, seed, turned)[fold]).toBe(known[fold]);
          }
        }),
        { numRuns: 8, seed: 24 },
      );
    },
  );
});
