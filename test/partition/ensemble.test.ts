import { describe, expect, it } from 'vitest';
import { holdoutRows, outOfFoldRows } from '../../src/estimators/folds.ts';
import { takeRows } from '../../src/frame/frame.ts';
import { predictRows } from '../../src/partition/pipeline.ts';
import { loadPipeline, pipelineToBytes } from '../../src/partition/pipeline-bytes.ts';
import {
  predictionsFromBytes,
  predictionsToBytes,
  readLayer,
} from '../../src/partition/predictions.ts';
import type { TrainFacts } from '../../src/partition/train-facts.ts';
import type { Spec, SpecInput } from '../../src/spec/spec.ts';
import { frameOf, numbers, texts } from '../features/frames.ts';
import { seededDraws } from '../support/draws.ts';
import { machineSpec, partitionData, run } from '../support/machines.ts';

const ROWS = 500;
const draws = seededDraws(77);
const list = (): number[] => Array.from({ length: ROWS }, () => draws.normal());
const [x, z, noise] = [list(), list(), list()] as [number[], number[], number[]];
const site = Array.from(
  { length: ROWS },
  () => ['north', 'south', 'west'][draws.integer(3)] as string,
);
/** A line in x, which trees draw in steps, and a step in z, which no line has. */
const y = x.map(
  (value, i) => 2 * value + ((z[i] as number) > 0.4 ? 2 : 0) + 0.3 * (noise[i] as number),
);
const frame = frameOf(
  texts(
    'type',
    y.map(() => 'car'),
  ),
  texts('site', site),
  numbers('x', x),
  numbers('z', z),
  numbers('y', y),
  texts(
    'sign',
    y.map((value) => (value > 0.5 ? 'high' : 'low')),
  ),
);

function specOf(change: Partial<SpecInput> = {}): Spec {
  return machineSpec({
    columns: { drop: ['sign'] },
    target: { column: 'y', task: 'regression' },
    metric: 'rmse',
    algorithms: ['baseline', 'ridge', { gradient_boosting: { rounds: 25, leaves: 4 } }],
    ensemble: {},
    ...change,
  });
}

function train(spec: Spec, classes: readonly string[] = []) {
  const data = partitionData(frame, spec);
  const args = { spec, task: spec.target.task, classes, scope: 'own' } as const;
  const { facts, blobs } = run('train', data, args);
  const bytes = blobs.get('predictions') as Uint8Array;
  const width = Math.max(1, classes.length);
  const predictions = predictionsFromBytes(bytes, facts.candidates.length + 1, width);
  return { facts, data, predictions, model: blobs.get('model') as Uint8Array };
}

const cvOf = ({ candidates }: TrainFacts) => candidates.map(({ cv }) => cv.value as number);

describe('an ensemble', () => {
  const trained = train(specOf());
  const { facts, data, predictions, model } = trained;

  it('is the last candidate, and the best where an average predicts better than each of them', () => {
    const algorithms = facts.candidates.map(({ algorithm }) => algorithm);
    expect(algorithms).toEqual(['baseline', 'ridge', 'gradient_boosting', 'ensemble']);
    expect(facts.best).toBe(3);
    const [, ridge, boosting, ensemble] = cvOf(facts) as [number, number, number, number];
    expect(ensemble).toBeLessThan(0.9 * Math.min(ridge, boosting));
    expect(facts.candidates[3]?.foldScores).toHaveLength(3);
    expect(facts.candidates[3]?.parameters).toMatchObject({
      members: [{ algorithm: 'ridge' }, { algorithm: 'gradient_boosting' }],
    });
  });

  it('has the out-of-fold rows of a fold averaged by what the other folds teach', () => {
    const other = train(specOf({ ensemble: undefined }));
    const oof = outOfFoldRows(data.folds);
    for (const layer of [0, 1, 2])
      expect(readLayer(predictions, layer, oof)).toEqual(readLayer(other.predictions, layer, oof));
    // A truth of fold 0 that boosting is far nearer to changes the weights in the other folds, and not its own.
    const said = (layer: number, row: number) =>
      readLayer(predictions, layer, Int32Array.of(row))[0] as number;
    const beyond = (row: number) => said(2, row) + 9 * (said(2, row) - said(1, row));
    const turned = frameOf(
      ...frame.columns.map((column) =>
        column.kind === 'number' && column.name === 'y'
          ? numbers(
              'y',
              y.map((value, i) => (data.folds[i] === 0 ? beyond(i) : value)),
            )
          : column,
      ),
    );
    const spec = specOf();
    const args = { spec, task: 'regression' as const, classes: [], scope: 'own' as const };
    const inputs = new Map([['predictions', predictionsToBytes(predictions)]]);
    const ranked = run('rank', { ...data, frame: turned, inputs }, args);
    const again = predictionsFromBytes(ranked.blobs.get('predictions') as Uint8Array, 5, 1);
    const ofFold = (fold: number) => oof.filter((row) => data.folds[row] === fold);
    expect(readLayer(again, 3, ofFold(0))).toEqual(readLayer(predictions, 3, ofFold(0)));
    expect(readLayer(again, 3, ofFold(1))).not.toEqual(readLayer(predictions, 3, ofFold(1)));
  });

  it('is a model of bytes, which predicts what it predicted of the holdout', () => {
    const pipeline = loadPipeline(model);
    expect(pipelineToBytes(pipeline)).toEqual(model);
    const rows = holdoutRows(data.folds);
    const again = predictRows(pipeline, takeRows(frame, rows), [{ start: 0, count: rows.length }]);
    expect(again).toEqual(readLayer(predictions, 4, rows));
    expect(facts.model).toMatchObject({ algorithm: 'ensemble', trainedRows: 400 });
    const features = facts.model?.importance.map(({ feature }) => feature) ?? [];
    expect(new Set(features).size).toBe(features.length);
    expect(features).toEqual(expect.arrayContaining(['x', 'z']));
  });

  it('averages models of principal components, each of its own', () => {
    const one = train(specOf({ features: { handle: { pca: 2 } } }));
    expect(one.facts.best).toBe(3);
    const rows = holdoutRows(one.data.folds);
    const part = takeRows(frame, rows);
    const again = predictRows(loadPipeline(one.model), part, [{ start: 0, count: rows.length }]);
    expect(again).toEqual(readLayer(one.predictions, 4, rows));
    expect(one.facts.model?.features).toEqual(['pca_1', 'pca_2']);
  });

  it('explains itself like any other model', () => {
    const explained = train(specOf({ explain: { repeats: 2 } })).facts.model?.explanation;
    expect(explained?.importance.map(({ column }) => column)).toEqual(['x', 'z', 'site']);
  });

  it('is given up where one candidate alone is as good', () => {
    const spec = specOf({ algorithms: ['baseline', { gradient_boosting: { rounds: 25 } }] });
    const { candidates, best } = train(spec).facts;
    expect(best).toBe(1);
    expect(candidates[2]).toMatchObject({
      algorithm: 'ensemble',
      status: 'dropped',
      because: 'One candidate alone is as good as any average.',
      cv: { value: null },
    });
  });

  it('leaves all as it is where nobody asks', () => {
    const { facts: plain } = train(specOf({ ensemble: undefined }));
    expect(plain.candidates).toEqual(
      facts.candidates.slice(0, 3).map((one) => ({ ...one, fitMs: expect.any(Number) })),
    );
  });

  it('averages probabilities after what is done to them, and the threshold that was tuned', () => {
    const spec = specOf({
      columns: { drop: ['y'] },
      target: { column: 'sign', task: 'classification' },
      metric: 'log_loss',
      algorithms: ['logistic', { gradient_boosting: { rounds: 25, leaves: 4 } }, 'knn'],
      probabilities: { calibrate: 'platt' },
    });
    const one = train(spec, ['high', 'low']);
    expect(one.facts.best).toBe(3);
    const rows = holdoutRows(one.data.folds);
    const part = takeRows(frame, rows);
    const again = predictRows(loadPipeline(one.model), part, [{ start: 0, count: rows.length }]);
    expect(again).toEqual(readLayer(one.predictions, 4, rows));
    for (let i = 0; i < again.length; i += 2)
      expect((again[i] as number) + (again[i + 1] as number)).toBeCloseTo(1, 12);
  });
});
