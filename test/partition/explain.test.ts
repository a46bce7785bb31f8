import { describe, expect, it } from 'vitest';
import type { Frame } from '../../src/frame/frame.ts';
import { explainedRows } from '../../src/partition/explain.ts';
import type { Explanation, TrainArgs } from '../../src/partition/train-facts.ts';
import type { Spec, SpecInput } from '../../src/spec/spec.ts';
import { frameOf, numbers, texts } from '../features/frames.ts';
import { seededDraws } from '../support/draws.ts';
import { machineSpec, partitionData, run } from '../support/machines.ts';

const ROWS = 400;

/** y = 3·big + small² + noise; `none` has nothing to do with it, `site` moves it by ten in one of three places. */
function table(): Frame {
  const draws = seededDraws(41);
  const list = (): number[] => Array.from({ length: ROWS }, () => draws.normal());
  const [big, small, none, noise] = [list(), list(), list(), list()] as [
    number[],
    number[],
    number[],
    number[],
  ];
  const site = Array.from(
    { length: ROWS },
    () => ['north', 'south', null][draws.integer(3)] ?? null,
  );
  const y = big.map(
    (value, i) =>
      3 * value +
      (small[i] as number) ** 2 +
      (site[i] === 'south' ? 10 : 0) +
      0.1 * (noise[i] as number),
  );
  return frameOf(
    texts(
      'type',
      Array.from({ length: ROWS }, () => 'car'),
    ),
    texts('site', site),
    numbers('big', big),
    numbers('none', none),
    numbers('small', small),
    numbers('y', y),
    texts(
      'sign',
      y.map((value) => (value > 4 ? 'high' : 'low')),
    ),
  );
}

function specOf(change: Partial<SpecInput>): Spec {
  return machineSpec({
    columns: { drop: ['sign'] },
    target: { column: 'y', task: 'regression' },
    metric: 'rmse',
    algorithms: [{ gradient_boosting: { rounds: 60, min_leaf: 3 } }],
    ...change,
  });
}

function modelOf(spec: Spec, change: Partial<TrainArgs> = {}) {
  const data = partitionData(table(), spec);
  const args = { spec, task: spec.target.task, classes: [], scope: 'own', ...change } as const;
  const { facts, blobs } = run('train', data, args);
  if (facts.model === null) throw new RangeError('No model.');
  return { model: facts.model, bytes: blobs.get('model') };
}

describe('what a model looks at', () => {
  const { model } = modelOf(specOf({ explain: { partial_dependence: 2 } }));
  const explanation = model.explanation as Explanation;

  it('ranks columns by what the metric loses without them on holdout rows', () => {
    const columns = explanation.importance.map(({ column }) => column);
    expect(columns).toEqual(['site', 'big', 'small', 'none']);
    expect(explanation.rows).toBe(80);
    const [first, , , last] = explanation.importance;
    expect(first?.loss).toBeGreaterThan(3);
    expect(Math.abs(last?.loss as number)).toBeLessThan(0.1);
    expect(first?.deviation).toBeGreaterThan(0);
  });

  it('draws how predictions move with the columns that matter most', () => {
    const [site, big] = explanation.dependence;
    expect(explanation.dependence).toHaveLength(2);
    expect([site?.kind, site?.outputs]).toEqual(['category', [null]]);
    const at = new Map(site?.points.map(({ at: level, outputs }) => [level, outputs[0] as number]));
    expect(new Set(at.keys())).toEqual(new Set(['north', 'south', null]));
    expect((at.get('south') as number) - (at.get('north') as number)).toBeCloseTo(10, 0);
    const curve = big?.points.map(({ outputs }) => outputs[0] as number) ?? [];
    const places = big?.points.map((point) => Number(point.at)) ?? [];
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect((curve.at(-1) as number) - (curve[0] as number)).toBeGreaterThan(8);
  });

  it('costs nothing where nobody asks, and changes no byte of the model', () => {
    const asked = modelOf(specOf({ explain: {} }));
    const unasked = modelOf(specOf({}));
    expect(unasked.model.explanation).toBeUndefined();
    expect(asked.bytes).toEqual(unasked.bytes);
  });

  it('looks at fewer rows of wide tables, so that the cost has a bound', () => {
    expect(explainedRows(4, 5)).toBe(2000);
    expect(explainedRows(100, 20)).toBe(500);
    expect(explainedRows(1000, 100)).toBe(200);
  });

  it('is that of the model that has not seen the holdout, where another one ships', () => {
    const all = modelOf(specOf({ explain: { partial_dependence: 2 }, validate: { refit: 'all' } }));
    expect(all.model.explanation).toEqual(explanation);
  });

  it('speaks of the positive class of two, and measures what the metric measures', () => {
    const spec = specOf({
      columns: { drop: ['y'] },
      target: { column: 'sign', task: 'classification', positive: 'high' },
      metric: 'roc_auc',
      explain: { repeats: 3, partial_dependence: 1 },
    });
    const found = modelOf(spec, { classes: ['high', 'low'] }).model.explanation as Explanation;
    expect(found.importance[0]?.column).toBe('site');
    expect(found.importance[0]?.loss).toBeGreaterThan(0.1);
    expect(found.dependence[0]?.outputs).toEqual(['high']);
    const shares = found.dependence[0]?.points.flatMap(({ outputs }) => outputs) ?? [];
    expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
  });
});
