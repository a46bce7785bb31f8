import { describe, expect, it } from 'vitest';
import { registry } from '../../src/estimators/registry.ts';
import type { Frame } from '../../src/frame/frame.ts';
import { predictionsFromBytes } from '../../src/partition/predictions.ts';
import type { TrainArgs } from '../../src/partition/train-facts.ts';
import { frameOf, numbers, texts } from '../features/frames.ts';
import { machineSpec, partitionData, run, STATUSES } from '../support/machines.ts';

describe('a degenerate partition', () => {
  const key = (count: number) =>
    texts(
      'type',
      Array.from({ length: count }, () => 'car'),
    );
  const alternating = (count: number) =>
    texts(
      'status',
      Array.from({ length: count }, (_, i) => (i % 3 === 0 ? 'off' : 'idle')),
    );
  const counting = Array.from({ length: 40 }, (_, i) => i);
  const cases: { readonly [name: string]: Frame } = {
    'of one row': frameOf(key(1), numbers('x', [1]), alternating(1)),
    'of three rows': frameOf(key(3), numbers('x', [1, 2, 3]), alternating(3)),
    'without any feature': frameOf(key(40), alternating(40)),
    'of constant columns': frameOf(
      key(40),
      numbers(
        'x',
        counting.map(() => 7),
      ),
      alternating(40),
    ),
    'of nothing but gaps': frameOf(
      key(40),
      numbers(
        'x',
        counting.map(() => null),
      ),
      texts(
        'z',
        counting.map(() => null),
      ),
      alternating(40),
    ),
    'of one class': frameOf(
      key(40),
      numbers('x', counting),
      texts(
        'status',
        counting.map(() => 'idle'),
      ),
    ),
    'of values without measure': frameOf(
      key(40),
      numbers(
        'x',
        counting.map((i) => (i % 7 === 0 ? Infinity : 1e308 * (i % 2 === 0 ? 1 : -1))),
      ),
      alternating(40),
    ),
  };
  const spec = machineSpec({
    columns: {},
    algorithms: registry
      .filter(({ id, tasks }) => tasks.includes('classification') && !id.startsWith('mljs/'))
      .map(({ id }) => id),
  });

  const args: TrainArgs = { spec, task: 'classification', classes: STATUSES, scope: 'own' };

  it.each(Object.keys(cases))(
    '%s gets a model of every algorithm, and its predictions are numbers',
    (name) => {
      const data = partitionData(cases[name] as Frame, spec);
      const trained = run('train', data, args);
      const { best, rows, candidates } = trained.facts;
      expect(candidates.filter(({ status }) => status !== 'ok')).toEqual([]);
      expect(best).not.toBeNull();
      const excluded = Object.values(rows.excluded).reduce((sum, count) => sum + count, 0);
      expect(rows.used + rows.holdout + excluded).toBe(rows.rows);
      const inputs = new Map([['model', trained.blobs.get('model') as Uint8Array]]);
      const scored = run('score', { ...data, inputs }, args);
      const bytes = scored.blobs.get('predictions') as Uint8Array;
      const { values } = predictionsFromBytes(bytes, 1, STATUSES.length);
      expect(values).toHaveLength(data.frame.rowCount * STATUSES.length);
      expect(values.every(Number.isFinite)).toBe(true);
    },
  );
});
