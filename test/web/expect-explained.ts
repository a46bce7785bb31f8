import { expect } from 'vitest';
import type { Answer } from '../../src/web/contract/api.ts';

/** Base and contributions of every prediction add up to what is explained, of a model of probabilities or of log odds. */
export function expectExplained(predictions: Answer<'POST /predict/{run}'>['predictions']): void {
  for (const { explanation, probabilities } of predictions) {
    const added = explanation?.contributions.map(({ contribution }) => contribution) ?? [];
    const total = added.reduce((sum, one) => sum + one, explanation?.base ?? Number.NaN);
    const p = probabilities?.[explanation?.class ?? ''] ?? Number.NaN;
    expect(total).toBeCloseTo(explanation?.scale === 'log_odds' ? Math.log(p / (1 - p)) : p, 5);
  }
}
