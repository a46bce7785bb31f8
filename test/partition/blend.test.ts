import { describe, expect, it } from 'vitest';
import { holdoutRows, outOfFoldRows } from '../../src/estimators/folds.ts';
import { score } from '../../src/estimators/score.ts';
import type { SideScores } from '../../src/partition/evaluate-facts.ts';
import {
  type Predictions,
  predictionsFromBytes,
  readLayer,
} from '../../src/partition/predictions.ts';
import type { TrainFacts } from '../../src/partition/train-facts.ts';
import { scoredRows, truthOf } from '../../src/partition/truth.ts';
import { machineFrame, machineSpec, partitionData, run, STATUSES } from '../support/machines.ts';

const spec = machineSpec({ validate: { folds: 3 } });
const args = { spec, task: spec.target.task, classes: STATUSES };
const layers = spec.candidates.length + 1;
const car = partitionData(machineFrame({ car: 300 }), spec, { text: 'type=car' });
const own = run('train', car, { ...args, scope: 'own' });
/** Another model of the same rows stands for the one of all. */
const global = run(
  'train',
  { ...car, partition: { ...car.partition, text: '(all)' } },
  {
    ...args,
    spec: machineSpec({ validate: { folds: 3 }, seed: 8 }),
    scope: 'global',
  },
);
const predictionsOf = (result: typeof own) => result.blobs.get('predictions') as Uint8Array;

describe('totals of a partition that several models answer for', () => {
  it('serve a blend by its weights: the holdout by that of all folds, nested by those of the others', () => {
    const served = { with: 'global', weight: 0.25, withoutFold: [0, 1, 0.5] } as const;
    const inputs = new Map([
      ['own', predictionsOf(own)],
      ['global', predictionsOf(global)],
    ]);
    const chosen = ({ best, bestWithout }: TrainFacts) => ({ best: best as number, bestWithout });
    const facts = run(
      'totals',
      { ...car, inputs },
      {
        ...args,
        members: [{ rows: 300, ...chosen(own.facts), served }],
        candidates: layers - 1,
        global: chosen(global.facts),
      },
    ).facts;
    const [blend] = facts.blends as SideScores[];
    expect(facts.blends).toHaveLength(1);
    expect(blend).toMatchObject({ cvRows: 240, holdoutRows: 60 });
    expect(facts.served).toEqual(blend);
    const weightOf = (row: number) => served.withoutFold[car.folds[row] as number] as number;
    const best = (of: TrainFacts) => (row: number) =>
      of.bestWithout[car.folds[row] as number] as number;
    expect(blend?.holdout).toEqual(
      blended(holdoutRows(car.folds), () => 0.25, [() => layers - 1, () => layers - 1]),
    );
    expect(blend?.nested).toEqual(
      blended(outOfFoldRows(car.folds), weightOf, [best(own.facts), best(global.facts)]),
    );
  });
});

/** The score of rows of cars, each by so much of the own model's layer and the rest of the global one's. */
function blended(
  rows: Int32Array,
  weightOf: (row: number) => number,
  [ownLayer, globalLayer]: readonly [(row: number) => number, (row: number) => number],
) {
  const [ours, theirs] = [own, global].map((result) =>
    predictionsFromBytes(predictionsOf(result), layers, STATUSES.length),
  );
  const output = [...rows].flatMap((row) => {
    const said = readLayer(ours as Predictions, ownLayer(row), Int32Array.of(row));
    const other = readLayer(theirs as Predictions, globalLayer(row), Int32Array.of(row));
    const weight = weightOf(row);
    return [...said].map((value, k) => weight * value + (1 - weight) * (other[k] as number));
  });
  const truth = truthOf(car.frame, args, car.folds);
  return score(spec.metric, scoredRows(truth, rows, Float64Array.from(output)));
}
