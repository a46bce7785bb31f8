import { describe, expect, it } from 'vitest';
import { outOfFoldRows } from '../../src/estimators/folds.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import { takeRows } from '../../src/frame/frame.ts';
import { limitKernelMemory } from '../../src/kernels/kernels.ts';
import type { PartitionResult } from '../../src/partition/partition-function.ts';
import { predictionsFromBytes, readLayer } from '../../src/partition/predictions.ts';
import type { TrainArgs } from '../../src/partition/train-facts.ts';
import type { Spec } from '../../src/spec/spec.ts';
import { frameOf, numbers, texts } from '../features/frames.ts';
import { machineFrame, machineSpec, partitionData, run, STATUSES } from '../support/machines.ts';

const CLASSES = STATUSES;

describe('train', () => {
  const spec = machineSpec();
  const data = partitionData(machineFrame({ car: 240 }), spec);
  const result = run('train', data, argsOf(spec));
  const facts = result.facts;

  it('scores every candidate and refits the best', () => {
    expect(facts.candidates.map(({ algorithm }) => algorithm)).toEqual([
      'baseline',
      'logistic',
      'random_forest',
    ]);
    expect(facts.candidates.every(({ status }) => status === 'ok')).toBe(true);
    const scores = facts.candidates.map(({ cv }) => cv.value as number);
    expect(facts.best).toBe(scores.indexOf(Math.max(...scores)));
    expect(Math.max(...scores)).toBeGreaterThan((scores[0] as number) + 0.2);
    expect(facts.model?.digest).toBe(digestBytes(result.blobs.get('model') as Uint8Array));
  });

  it('accounts for every row', () => {
    const { rows, used, holdout, excluded } = facts.rows;
    expect({ rows, holdout, excluded }).toEqual({ rows: 240, holdout: 48, excluded: {} });
    expect(used).toBe(192);
    expect(facts.model?.trainedRows).toBe(192);
  });

  it('predicts each row by models that have not seen it: out of fold, or held out', () => {
    const predictions = predictionsOf(result, 4);
    const oof = new Set(outOfFoldRows(data.folds));
    for (let row = 0; row < 240; row++) {
      const layers = [0, 1, 2, 3].map((layer) => readLayer(predictions, layer, Int32Array.of(row)));
      const sums = layers.map((layer) => layer.reduce((sum, p) => sum + p, 0));
      if (oof.has(row)) {
        expect(sums.slice(0, 3).every((sum) => Math.abs(sum - 1) < 1e-9)).toBe(true);
        expect(sums[3]).toBeNaN();
      } else {
        expect(sums.slice(0, 3)).toEqual([Number.NaN, Number.NaN, Number.NaN]);
        expect(sums[3]).toBeCloseTo(1, 9);
      }
    }
  });

  it('sees neither the key, the id, the target nor dropped columns', () => {
    expect(facts.selection.kept).toEqual(['rpm', 'load', 'site']);
  });

  it('is the same whatever the other columns of the frame and the time of day', () => {
    const again = run('train', data, argsOf(spec));
    expect(withoutTimes(again)).toEqual(withoutTimes(result));
    expect(again.blobs).toEqual(result.blobs);
  });

  it('gives other bytes to another partition text and another seed where algorithms are random', () => {
    const forest = machineSpec({ algorithms: [{ random_forest: { trees: 5 } }] });
    const bytes = (change: Partial<Spec>, text: string) =>
      run(
        'train',
        { ...data, partition: { ...data.partition, text } },
        argsOf({ ...forest, ...change }),
      ).blobs.get('model');
    const first = bytes({}, 'type=car');
    expect(bytes({}, 'type=car')).toEqual(first);
    expect(bytes({}, 'type=bus')).not.toEqual(first);
    expect(bytes({ seed: 8 }, 'type=car')).not.toEqual(first);
  });

  it('gives the same model when its candidates are listed with others', () => {
    const alone = machineSpec({ algorithms: [{ random_forest: { trees: 15 } }] });
    const bytes = run('train', data, argsOf(alone)).blobs.get('model');
    const best = machineSpec({ algorithms: ['baseline', { random_forest: { trees: 15 } }] });
    expect(run('train', data, argsOf(best)).blobs.get('model')).toEqual(bytes);
  });

  it('keeps a candidate that fails as a fact, and takes the best of the others', () => {
    const impossible = machineSpec({
      algorithms: ['baseline', 'logistic'],
      features: { handle: { imbalance: 'class_weights' } },
    });
    const knn = {
      ...impossible,
      candidates: [...impossible.candidates, { algorithm: 'nonsense', parameters: {} }],
    };
    const { candidates, best } = run('train', data, argsOf(knn)).facts;
    expect(candidates[2]).toMatchObject({ status: 'failed', cv: { value: null } });
    expect(candidates[2]?.because).toContain('nonsense');
    expect(best).toBe(1);
  });

  it('says so when every candidate fails', () => {
    const hopeless = { ...spec, candidates: [{ algorithm: 'nonsense', parameters: {} }] };
    const failed = run('train', data, argsOf(hopeless));
    expect(failed.facts).toMatchObject({ best: null, model: null });
    expect([...failed.blobs.keys()]).toEqual(['predictions']);
  });

  it('leaves rows without target out, by reason', () => {
    const frame = machineFrame({ car: 100 });
    const status = texts(
      'status',
      Array.from({ length: 100 }, (_, i) => (i < 7 ? null : i % 2 === 0 ? 'idle' : 'off')),
    );
    const gaps = {
      ...frame,
      columns: frame.columns.map((c) => (c.name === 'status' ? status : c)),
    };
    const ledger = run('train', partitionData(gaps, spec), argsOf(spec)).facts.rows;
    expect(ledger.excluded).toEqual({ target_missing: 7 });
    expect(ledger.used + ledger.holdout).toBe(93);
  });

  it('learns from weights and leaves out rows that have none', () => {
    const frame = machineFrame({ car: 120 });
    const weight = numbers(
      'weight',
      Array.from({ length: 120 }, (_, i) => i % 3),
    );
    const weighted = frameOf(...frame.columns, weight);
    const weightedSpec = machineSpec({
      columns: { id: 'reading', drop: ['power'], weight: 'weight' },
    });
    const { rows, selection } = run(
      'train',
      partitionData(weighted, weightedSpec),
      argsOf(weightedSpec),
    ).facts;
    expect(rows.excluded).toEqual({ weight_not_positive: 40 });
    expect(selection.kept).not.toContain('weight');
  });

  it('ships a model of every row under refit: all, and scores the holdout without it', () => {
    const all = machineSpec({ validate: { refit: 'all' } });
    const trained = run('train', data, argsOf(all));
    const shipped = trained.facts;
    expect(shipped.model?.trainedRows).toBe(240);
    expect(predictionsOf(trained, 4)).toEqual(predictionsOf(result, 4));
    expect(trained.blobs.get('model')).not.toEqual(result.blobs.get('model'));
  });

  it('selects columns in each fold and tells how stable that is', () => {
    const select = machineSpec({
      features: { select: { method: 'mutual_information', keep: 2 } },
      algorithms: ['baseline', 'logistic'],
    });
    const { selection } = run('train', data, argsOf(select)).facts;
    expect(selection.kept).toHaveLength(2);
    expect(selection.kept).toContain('rpm');
    expect(selection.stability.find(({ column }) => column === 'rpm')?.share).toBe(1);
    expect(selection.stability.map(({ column }) => column)).toEqual(['rpm', 'load', 'site']);
  });

  it('stops when it is asked to', () => {
    const stop = Int32Array.of(1);
    const slow = machineSpec({ algorithms: ['gradient_boosting'] });
    expect(() => run('train', data, argsOf(slow), { stop })).toThrow('stop');
  });

  it('ends as a whole where its memory ends, whatever candidates are left', () => {
    const many = partitionData(machineFrame({ car: 20_000 }), spec);
    limitKernelMemory(1);
    try {
      expect(() => run('train', many, argsOf(spec))).toThrow(/unable to grow its memory/);
    } finally {
      limitKernelMemory(Number.POSITIVE_INFINITY);
    }
    expect(run('train', data, argsOf(spec)).facts.model).toEqual(facts.model);
  });

  it('answers with the simplest candidate where no row can be scored', () => {
    const repeated = takeRows(machineFrame({ car: 1 }), new Int32Array(4));
    const { best, candidates, model } = run(
      'train',
      partitionData(repeated, spec),
      argsOf(spec),
    ).facts;
    expect(best).toBe(0);
    expect(candidates.every(({ cv }) => cv.value === null)).toBe(true);
    expect(model?.algorithm).toBe('baseline');
  });

  it('trains a regression', () => {
    const regression = machineSpec({
      target: { column: 'power', task: 'regression' },
      columns: { id: 'reading' },
      algorithms: ['baseline', 'ridge', { random_forest: { trees: 10 } }],
    });
    const trained = run('train', partitionData(machineFrame({ car: 200 }), regression), {
      ...argsOf(regression),
      classes: [],
    });
    const { best, candidates } = trained.facts;
    expect(best).toBe(1);
    expect(candidates[1]?.cv.value).toBeLessThan((candidates[0]?.cv.value as number) / 3);
  });
});

function argsOf(spec: Spec, scope: TrainArgs['scope'] = 'own'): TrainArgs {
  return { spec, task: spec.target.task, classes: CLASSES, scope };
}

function predictionsOf(result: PartitionResult, layers: number) {
  const bytes = result.blobs.get('predictions') as Uint8Array;
  return predictionsFromBytes(bytes, layers, CLASSES.length);
}

function withoutTimes({ facts }: PartitionResult): unknown {
  return JSON.parse(JSON.stringify(facts, (key, value: unknown) => (key === 'fitMs' ? 0 : value)));
}
