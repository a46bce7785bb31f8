import { describe, expect, it } from 'vitest';
import { checkGlobalSize } from '../../src/partition/check-global-size.ts';
import type { SpecInput } from '../../src/spec/spec.ts';
import { machineSpec } from '../support/machines.ts';

const ROWS = 3_000_000;
const check =
  (change: Partial<SpecInput>, rows = ROWS) =>
  () =>
    checkGlobalSize(machineSpec(change), rows, ['busy', 'idle']);

describe('the predictions of the model without partition', () => {
  it('are refused before a fit where they take more memory than the limit, with the numbers and the settings', () => {
    expect(check({ validate: { repeats: 20 } })).toThrow(
      'To rank what 3 candidates for the model without partition predict of 3000000 rows in 20 repeats takes 2793 MB, over the limit of 2048 MB. Lower validate.repeats, raise limits.per_partition.memory_mb, or set global.enabled to false.',
    );
    expect(check({ limits: { per_partition: { memory_mb: 100 } } })).toThrow(
      /predict of 3000000 rows takes 184 MB.* Try fewer candidates/,
    );
  });

  it('are counted with the copies that ranking makes where they are adjusted or averaged', () => {
    const limits = { per_partition: { memory_mb: 64 } };
    const [ensemble, probabilities] = [{ size: 2 }, { calibrate: 'platt' }] as const;
    // Of 80 and of 64 bytes: the candidates, their average if asked for, and the holdout, of two classes each.
    expect(check({ limits, ensemble })).toThrow('rows takes 458 MB');
    expect(check({ limits, probabilities })).toThrow('rows takes 367 MB');
    // Of fewer rows all that is learned is learned once more without each fold.
    expect(check({ limits, ensemble }, 220_000)).toThrow('rows takes 68 MB');
    expect(check({ limits, probabilities }, 270_000)).toThrow('rows takes 66 MB');
    expect(check({ limits }, 270_000)).not.toThrow();
  });

  it('are nobody’s concern within the limit, or without such a model', () => {
    expect(check({ validate: { repeats: 10 } })).not.toThrow();
    expect(
      check({
        validate: { repeats: 20 },
        global: { enabled: false },
        partition: { by: 'type', on_small: 'skip' },
      }),
    ).not.toThrow();
  });
});
