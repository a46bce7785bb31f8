import { describe, expect, it } from 'vitest';
import { checkTarget } from '../../src/partition/check-target.ts';
import { frameOf, numbers, texts } from '../features/frames.ts';
import { machineSpec, partitionData, run } from '../support/machines.ts';

describe('the target of an anomaly run', () => {
  const spec = machineSpec({
    target: { column: 'status', task: 'anomaly', positive: 'broken' },
    columns: {},
    algorithms: ['isolation_forest'],
  });

  const frame = frameOf(
    texts('type', ['car', 'car', 'car']),
    texts('status', ['broken', 'fine', 'idle']),
    numbers('x', [1, 2, 3]),
  );
  const { facts } = run('profile', partitionData(frame, spec), { spec, cutoffs: [] });
  const profiled = [{ facts }];

  it('has one label besides that of an anomaly', () => {
    expect(() => checkTarget(spec, profiled, ['broken', 'fine'])).not.toThrow();
    expect(() => checkTarget(spec, profiled, ['broken', 'fine', 'idle'])).toThrow(
      'A search for anomalies tells "broken" from one other label, and "status" has 3: broken, fine, idle. Give all ordinary rows one label in the data.',
    );
  });
});
