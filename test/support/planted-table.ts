import type { Frame } from '../../src/frame/frame.ts';
import { hashRows } from '../../src/frame/row-hash.ts';
import type { AdviseFacts } from '../../src/partition/advise/advice.ts';
import { experiment } from '../../src/spec/parse-spec.ts';
import type { Spec, SpecInput } from '../../src/spec/spec.ts';
import { frameOf, numbers, texts } from '../features/frames.ts';
import { seededDraws } from './draws.ts';
import { run } from './machines.ts';

export const DECOYS = Array.from({ length: 10 }, (_, i) => `decoy${i}`);
/** How the target hangs on the numbers in each planted partition. */
const SLOPES = [
  [1, 0],
  [-1, 0.5],
  [0, -1],
  [0.5, 1],
] as const;

/** What is true of the target. */
export type World = {
  readonly task: 'classification' | 'regression';
  /** `planted`: slopes by the column `planted`; `shuffled`: the same with the labels dealt anew; `shifted`: a constant by it, no more. */
  readonly truth: 'planted' | 'shuffled' | 'shifted';
  readonly rows: number;
};

/** Two numbers, a column `planted` of four values, ten decoys of two to seven values, and the target `y`. */
export function plantedTable(seed: number, { task, truth, rows }: World): Frame {
  const draws = seededDraws(90_000 + seed);
  const list = <Value>(draw: (i: number) => Value): Value[] =>
    Array.from({ length: rows }, (_, i) => draw(i));
  const planted = list(() => draws.integer(SLOPES.length));
  const [a, b] = [list(() => draws.normal()), list(() => draws.normal())];
  const mean = list((i) => {
    const code = planted[i] as number;
    const [slopeA, slopeB] =
      truth === 'shifted' ? [1, 0.5] : (SLOPES[code] as readonly [number, number]);
    const shift = truth === 'shifted' ? 2 * code : 0;
    return shift + slopeA * (a[i] as number) + slopeB * (b[i] as number);
  });
  const labels = list((i) =>
    task === 'regression'
      ? (mean[i] as number) + 0.7 * draws.normal()
      : Number(draws.uniform() < 1 / (1 + Math.exp(-2 * (mean[i] as number)))),
  );
  const dealt = truth === 'shuffled' ? shuffled(labels, (count) => draws.integer(count)) : labels;
  return frameOf(
    texts(
      'planted',
      planted.map((code) => `p${code}`),
    ),
    ...DECOYS.map((name, d) =>
      texts(
        name,
        list(() => `v${draws.integer(2 + (d % 6))}`),
      ),
    ),
    numbers('a', a),
    numbers('b', b),
    task === 'regression'
      ? numbers('y', dealt)
      : texts(
          'y',
          dealt.map((y) => (y === 1 ? 'yes' : 'no')),
        ),
  );
}

function shuffled(values: readonly number[], below: (count: number) => number): readonly number[] {
  const dealt = [...values];
  for (let last = dealt.length - 1; last > 0; last--) {
    const at = below(last + 1);
    [dealt[last], dealt[at]] = [dealt[at] as number, dealt[last] as number];
  }
  return dealt;
}

export function plantedSpec(task: World['task'], change: Partial<SpecInput> = {}): Spec {
  return experiment({
    version: 1,
    name: 'planted',
    data: { source: { kind: 'csv', path: 'planted.csv' } },
    partition: { by: 'decoy0', min_rows: 40 },
    target: { column: 'y', task },
    metric: task === 'regression' ? 'rmse' : 'accuracy',
    ...change,
  }).spec;
}

/** What the adviser says of a table, in this process. */
export function adviceOn(frame: Frame, spec: Spec, rows = 10_000): AdviseFacts {
  const ranges = [{ start: 0, count: frame.rowCount }];
  const partition = { id: 'table', text: 'the whole table', ranges };
  const data = { partition, frame, rowHashes: hashRows(frame), inputs: new Map() };
  return run('advise', data, { spec, cutoffs: [], rows }).facts;
}

/** The key that is advised; null: none. */
export function advised({ divisions: [best] }: AdviseFacts): readonly string[] | null {
  return best?.verdict === 'pays' ? best.by : null;
}

/** How often the adviser is right on tables of so many rows: it finds a planted column, and holds back on shuffled labels. */
export function adviserRecord(
  task: World['task'],
  seeds: readonly number[],
  rows: number,
): { readonly found: number; readonly held: number } {
  const keys = (truth: World['truth']) =>
    seeds.map((seed) => {
      const table = plantedTable(seed, { task, truth, rows });
      return advised(adviceOn(table, plantedSpec(task, { seed })));
    });
  return {
    found: keys('planted').filter((key) => key?.join() === 'planted').length,
    held: keys('shuffled').filter((key) => key === null).length,
  };
}
