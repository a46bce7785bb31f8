import { describe, expect, it } from 'vitest';
import { holdoutRows, outOfFoldRows } from '../../src/estimators/folds.ts';
import type { Column, Frame } from '../../src/frame/frame.ts';
import { frameOf, numbers, texts } from '../features/frames.ts';
import { type Draws, seededDraws } from '../support/draws.ts';
import { machineSpec, partitionData, run } from '../support/machines.ts';

const ROWS = 200;
const FRESH_ROWS = 4000;
const TABLES = 30;
const CLASSES = ['no', 'yes'];

type Row = { readonly x: readonly (number | string)[]; readonly y: string };
/** One observation, and how a table of them is made. */
type World = {
  readonly draw: (draws: Draws) => Row;
  /** How often each is stored. */
  readonly copies?: number;
};

const label = (draws: Draws, probability: number) => (draws.uniform() < probability ? 'yes' : 'no');
const logistic = (z: number) => 1 / (1 + Math.exp(-z));
const list = <Item>(count: number, item: (i: number) => Item) =>
  Array.from({ length: count }, (_, i) => item(i));

function twoCategories(slope: number): World {
  return {
    draw: (draws) => {
      const [a, b] = [draws.integer(5), draws.integer(5)];
      return { x: [`a${a}`, `b${b}`], y: label(draws, logistic(slope * (a - 2 + 0.8 * (b - 2)))) };
    },
  };
}

const threeBits: World = {
  draw: (draws) => {
    const [a, b, c] = list(3, () => draws.integer(2)) as [number, number, number];
    return { x: [a, b, c], y: label(draws, a === b ? (c === 1 ? 0.35 : 0.15) : 0.8) };
  },
};

const continuous: World = {
  draw: (draws) => {
    const x = list(3, () => draws.normal()) as [number, number, number];
    return { x, y: label(draws, logistic(x[0] + x[1])) };
  },
};

/** Every observation is stored twice. */
const doubled: World = { ...continuous, copies: 2 };

/** Three of ten readings are of a sensor that is off. */
const sensorOff: World = {
  draw: (draws) =>
    draws.uniform() < 0.3 ? { x: [0, 0, 0], y: label(draws, 0.1) } : continuous.draw(draws),
};

describe('the cross-validation score of a table whose rows repeat', () => {
  it.each([
    ['three columns of 0 and 1 and a noisy target', threeBits, ROWS],
    ['two categories of five levels', twoCategories(0.9), ROWS],
    ['two categories of five levels that nearly decide', twoCategories(2.2), ROWS],
    ['two categories of five levels in few rows', twoCategories(0.9), 80],
    ['numbers, every row stored twice', doubled, ROWS],
    ['numbers, and one frequent row of a sensor that is off', sensorOff, ROWS],
  ])('is the true score within noise: %s', (_, world, rows) => {
    const differences = list(TABLES, (i) => trial(world, 100 + 17 * i, rows)).map(
      ({ cv, truth }) => cv - truth,
    );
    const mean = differences.reduce((sum, one) => sum + one, 0) / TABLES;
    const spread = Math.sqrt(
      differences.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (TABLES * (TABLES - 1)),
    );
    expect(Math.abs(mean)).toBeLessThan(0.01 + 2 * spread);
    // Noise itself is small: what this test can see.
    expect(spread).toBeLessThan(0.02);
  });

  it('says how many rows repeat, and nothing where none does', () => {
    const { facts } = trial(threeBits, 1, ROWS);
    expect(facts.split.repeats).toBe(ROWS);
    expect(facts.split.notes.join()).toContain(`${ROWS} of ${ROWS} rows repeat others`);
    expect(trial(continuous, 1, ROWS).facts.split).toMatchObject({ repeats: 0, notes: [] });
  });

  it('keeps rows that are stored twice on one side', () => {
    const { facts, folds, frame } = trial(doubled, 3, ROWS);
    expect(facts.split).toMatchObject({ repeats: 0, notes: [] });
    const x = frame.columns[1] as Extract<Column, { kind: 'number' }>;
    const sides = new Map<number, Set<number>>();
    x.values.forEach((value, row) => {
      sides.set(value, (sides.get(value) ?? new Set()).add(folds[row] as number));
    });
    expect([...sides.values()].every(({ size }) => size === 1)).toBe(true);
    expect(holdoutRows(folds).length + outOfFoldRows(folds).length).toBe(ROWS);
  });

  it('keeps them together whatever their id and weight, and what a dropped column says', () => {
    const rows = list(60, (i) => ({ x: Math.floor(i / 2) + 0.5, y: i % 4 < 2 ? 'no' : 'yes' }));
    const frame = frameOf(
      texts(
        'k',
        list(60, () => 'a'),
      ),
      texts(
        'reading',
        list(60, (i) => `r${i}`),
      ),
      numbers(
        'load',
        list(60, (i) => 1 + (i % 5)),
      ),
      numbers(
        'number',
        list(60, (i) => i),
      ),
      numbers(
        'x',
        rows.map(({ x }) => x),
      ),
      texts(
        'y',
        rows.map(({ y }) => y),
      ),
    );
    const columns = [
      { id: 'reading', weight: 'load', drop: ['number'] },
      { drop: ['reading', 'number', 'load'] },
    ];
    for (const one of columns) {
      const spec = machineSpec({
        partition: { by: 'k' },
        target: { column: 'y', task: 'classification' },
        columns: one,
      });
      const { folds } = partitionData(frame, spec);
      expect(rows.every((_, i) => folds[i] === folds[i - (i % 2)])).toBe(true);
    }
  });
});

/** A table, its split, and the accuracy of a tree by cross-validation and on fresh rows. */
function trial({ draw, copies = 1 }: World, seed: number, rowCount: number) {
  const draws = seededDraws(seed);
  const spec = machineSpec({
    partition: { by: 'k' },
    target: { column: 'y', task: 'classification' },
    columns: {},
    metric: 'accuracy',
    algorithms: [{ decision_tree: { min_leaf: 5 } }],
  });
  const one = () => draw(draws);
  const frame = frameOfRows(list(rowCount / copies, one).flatMap((row) => list(copies, () => row)));
  const data = partitionData(frame, spec);
  const { facts } = run('profile', data, { spec, cutoffs: [] });
  const args = { spec, task: 'classification', classes: CLASSES } as const;
  const trained = run('train', data, { ...args, scope: 'own' });
  const cv = trained.facts.candidates[0]?.cv.value ?? Number.NaN;
  const fresh = frameOfRows(list(FRESH_ROWS, one));
  const model = trained.blobs.get('model') as Uint8Array;
  const scored = run(
    'score',
    { ...data, frame: fresh, rowHashes: new Uint8Array(), inputs: new Map([['model', model]]) },
    args,
  );
  const output = new Float64Array((scored.blobs.get('predictions') as Uint8Array).slice().buffer);
  return { facts, folds: data.folds, frame, cv, truth: accuracy(fresh, output) };
}

function frameOfRows(rows: readonly Row[]): Frame {
  const features = list(rows[0]?.x.length ?? 0, (k) =>
    rows.map(({ x }) => x[k] as number | string),
  );
  return frameOf(
    texts(
      'k',
      rows.map(() => 'a'),
    ),
    ...features.map((values, k) =>
      values.every((value) => typeof value === 'number')
        ? numbers(`x${k}`, values)
        : texts(`x${k}`, values.map(String)),
    ),
    texts(
      'y',
      rows.map(({ y }) => y),
    ),
  );
}

function accuracy({ columns }: Frame, probabilities: Float64Array): number {
  const { codes } = columns.at(-1) as Extract<Column, { kind: 'category' }>;
  const right = codes.filter(
    (code, i) => ((probabilities[2 * i + 1] as number) > 0.5 ? 1 : 0) === code,
  );
  return right.length / codes.length;
}
