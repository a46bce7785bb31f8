import { describe, expect, it } from 'vitest';
import { holdoutRows, validationRows } from '../../src/estimators/folds.ts';
import { adjustLayersIn } from '../../src/partition/adjust-layers.ts';
import { predictRows } from '../../src/partition/pipeline.ts';
import { loadPipeline, pipelineToBytes } from '../../src/partition/pipeline-bytes.ts';
import { predictionsFromBytes, readLayer } from '../../src/partition/predictions.ts';
import { truthOf } from '../../src/partition/truth.ts';
import { frameOf, numbers, texts } from '../features/frames.ts';
import { seededDraws } from '../support/draws.ts';
import { machineSpec, partitionData, run } from '../support/machines.ts';

const CLASSES = ['fails', 'runs'];
const draws = seededDraws(5);
const rows = Array.from({ length: 400 }, () => {
  const [x, z] = [draws.normal(), draws.normal()];
  return { x, z, status: x + 0.8 * draws.normal() < -1.3 ? 'fails' : 'runs' };
});
const frame = frameOf(
  numbers(
    'x',
    rows.map(({ x }) => x),
  ),
  numbers(
    'z',
    rows.map(({ z }) => z),
  ),
  texts(
    'status',
    rows.map(({ status }) => status),
  ),
);
const base = {
  partition: { by: 'key' },
  columns: {},
  algorithms: ['baseline', 'naive_bayes', { decision_tree: { max_depth: 4 } }],
  metric: 'f1' as const,
  target: { column: 'status', task: 'classification' as const, positive: 'fails' },
};
const plain = machineSpec(base);
const spec = machineSpec({ ...base, probabilities: { calibrate: 'isotonic', threshold: 'tuned' } });
const data = partitionData(frame, spec);
const argsOf = (of: typeof spec) => ({
  spec: of,
  task: of.target.task,
  classes: CLASSES,
  scope: 'own' as const,
});
const trained = run('train', data, argsOf(spec));
const layers = spec.candidates.length + 1;

describe('probabilities that are calibrated, with a tuned threshold', () => {
  it('score better for a rare class than one half does', () => {
    const before = run('train', data, argsOf(plain)).facts;
    const { candidates, best } = trained.facts;
    const naive = candidates[best as number]?.cv.value as number;
    expect(naive).toBeGreaterThan(before.candidates[before.best as number]?.cv.value as number);
  });

  it('of a fold are not learned from that fold: its truth could be any', () => {
    const raw = run('train', data, argsOf(plain)).blobs.get('predictions') as Uint8Array;
    const truth = truthOf(frame, argsOf(spec), data.folds);
    const { target } = truth;
    if (target.kind !== 'classes') throw new Error('The target is a class.');
    const fold = validationRows(data.folds, 1);
    const turned = target.codes.slice();
    for (const row of fold) turned[row] = 1 - (turned[row] as number);
    const adjusted = [target.codes, turned].map((codes) => {
      const predictions = predictionsFromBytes(raw.slice(), layers, 2);
      adjustLayersIn(predictions, { ...truth, target: { ...target, codes } }, data.folds, spec);
      return readLayer(predictions, 1, fold);
    });
    expect(adjusted[1]).toEqual(adjusted[0]);
    expect(adjusted[0]).not.toEqual(readLayer(predictionsFromBytes(raw, layers, 2), 1, fold));
  });

  it('belong to the model: its bytes give the stored predictions of the holdout again', () => {
    const bytes = trained.blobs.get('model') as Uint8Array;
    const pipeline = loadPipeline(bytes);
    expect(pipeline.adjustments.map(({ kind }) => kind)).toEqual(['calibration', 'threshold']);
    expect(trained.facts.model?.adjustments).toEqual(pipeline.adjustments);
    expect(pipelineToBytes(pipeline)).toEqual(bytes);
    const heldOut = holdoutRows(data.folds);
    const stored = trained.blobs.get('predictions') as Uint8Array;
    const predictions = predictionsFromBytes(stored, layers, 2);
    const output = predictRows(pipeline, frame, data.partition.ranges);
    const expected = [...heldOut].flatMap((row) => [output[2 * row], output[2 * row + 1]]);
    expect([...readLayer(predictions, layers - 1, heldOut)]).toEqual(expected);
  });
});
