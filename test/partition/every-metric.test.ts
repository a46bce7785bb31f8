import { describe, expect, it } from 'vitest';
import { type Metric, metricsOf, type Task } from '../../src/domain/metric.ts';
import type { Frame } from '../../src/frame/frame.ts';
import { frameOf, numbers, texts } from '../features/frames.ts';
import { machineSpec, partitionData, run } from '../support/machines.ts';

const COUNT = 24;
const counting = Array.from({ length: COUNT }, (_, i) => i);
const key = texts(
  'type',
  counting.map(() => 'car'),
);
const x = numbers(
  'x',
  counting.map((i) => (i % 5 === 0 ? null : Math.sin(i))),
);

const label = (valueOf: (i: number) => string | null): Frame =>
  frameOf(key, x, texts('status', counting.map(valueOf)));
const value = (valueOf: (i: number) => number | null): Frame =>
  frameOf(key, x, numbers('power', counting.map(valueOf)));

const CLASSES = ['b', 'n', 'rare'];
const TABLES: { readonly [task in Task]: { readonly [what: string]: Frame } } = {
  classification: {
    'classes of one size': label((i) => (i % 2 === 0 ? 'b' : 'n')),
    'a class of one row': label((i) => (i === 0 ? 'rare' : i % 2 === 0 ? 'b' : 'n')),
    'nearly one class': label((i) => (i < 2 ? 'b' : 'n')),
    'gaps in the target': label((i) => (i % 3 === 0 ? null : i % 2 === 0 ? 'b' : 'n')),
  },
  regression: {
    numbers: value((i) => 3 * Math.sin(i) + i / 10),
    'numbers around zero': value((i) => [-1, 0, 1][i % 3] ?? null),
    'one number': value(() => 5),
    zeros: value(() => 0),
    'huge and tiny numbers': value((i) => (i % 2 === 0 ? 1e150 : 1e-150)),
  },
};

const cases = (['classification', 'regression'] as const).flatMap((task) =>
  metricsOf(task).flatMap((metric) =>
    Object.keys(TABLES[task]).map((what) => [metric, what, task] as const),
  ),
);

/** Own against itself: what a run does with a partition after its training. */
function judge(metric: Metric, task: Task, frame: Frame) {
  const spec = machineSpec({
    metric,
    target: {
      column: task === 'classification' ? 'status' : 'power',
      task,
      ...(task === 'classification' ? { positive: 'b' } : {}),
    },
    columns: {},
    algorithms: ['baseline', 'decision_tree'],
  });
  const data = partitionData(frame, spec);
  const args = { spec, task, classes: task === 'classification' ? CLASSES : [] };
  const trained = run('train', data, { ...args, scope: 'own' });
  const predictions = trained.blobs.get('predictions') as Uint8Array;
  const inputs = new Map([
    ['own', predictions],
    ['global', predictions],
  ]);
  const { best, bestWithout } = trained.facts;
  const side = { candidates: 2, best: best as number, bestWithout };
  const { facts } = run('evaluate', { ...data, inputs }, { ...args, own: side, global: side });
  return { trained: trained.facts, evaluated: facts };
}

describe('every metric', () => {
  it.each(cases)('%s of %s is a number, or says why there is none', (metric, what, task) => {
    const { trained, evaluated } = judge(metric, task, TABLES[task][what] as Frame);
    expect(trained.best).not.toBeNull();
    const scores = [
      ...trained.candidates.map(({ cv }) => cv),
      evaluated.own?.cv,
      evaluated.own?.nested,
      evaluated.own?.holdout,
    ];
    for (const score of scores) {
      expect(score).toBeDefined();
      if (score?.value === null) expect(score.because).toMatch(/^[A-Z].*\.$/);
      else expect(score?.value).toSatisfy(Number.isFinite);
    }
    expect(JSON.stringify(evaluated)).not.toMatch(/NaN|Infinity/);
  });
});
