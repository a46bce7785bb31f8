import { describe, expect, it } from 'vitest';
import type { Score } from '../../src/domain/metric.ts';
import { outOfFoldRows, validationRows } from '../../src/estimators/folds.ts';
import { refitPart, withEnsemble } from '../../src/partition/candidate-facts.ts';
import { candidateCount } from '../../src/partition/ensemble-layer.ts';
import type { PartitionData } from '../../src/partition/partition-function.ts';
import {
  createPredictions,
  predictionsFromBytes,
  predictionsToBytes,
  readLayer,
  writeLayerInto,
} from '../../src/partition/predictions.ts';
import { foldsOfRepeats, rowsOfRepeat } from '../../src/partition/repeats.ts';
import type { CandidateFacts, TrainArgs } from '../../src/partition/train-facts.ts';
import type { Spec } from '../../src/spec/spec.ts';
import { frameOf, numbers, texts } from '../features/frames.ts';
import { seededDraws } from '../support/draws.ts';
import { machineFrame, machineSpec, partitionData, run, STATUSES } from '../support/machines.ts';

const CLASSES = STATUSES;

describe('train in parts', () => {
  it.each([
    ['own', undefined, 1],
    ['global', undefined, 1],
    ['global', {}, 2],
  ] as const)(
    'gives what train gives in one piece (%s, ensemble %o, repeats %o)',
    (scope, ensemble, repeats) => {
      const spec = machineSpec({
        ensemble,
        time: 'moment',
        validate: { scheme: 'stratified', repeats },
        features: {
          engineer: [{ lag: { columns: ['rpm'], steps: [1] } }],
          select: { method: 'anova', keep: 3 },
        },
        algorithms: ['baseline', 'logistic', { gradient_boosting: { rounds: 5 } }],
      });
      const data = partitionData(machineFrame({ car: 90, loader: 60 }), spec, { text: '(all)' });
      const args = argsOf(spec, scope);
      const whole = run('train', data, args);
      const parts = trainInParts(data, args);
      const facts = whole.facts;
      expect(parts.best).toBe(facts.best);
      expect(parts.bestWithout).toEqual(facts.bestWithout);
      expect(parts.cv).toEqual(facts.candidates.map(({ cv }) => cv));
      expect(parts.seeds).toEqual(
        facts.candidates.slice(0, spec.candidates.length).map(({ seed }) => seed),
      );
      expect(parts.refit.model).toEqual(facts.model);
      expect(parts.refit.rows).toEqual(facts.rows);
      expect(parts.refit.features).toEqual(facts.features);
      expect(parts.predictions).toEqual(whole.blobs.get('predictions'));
      expect(parts.model).toEqual(whole.blobs.get('model'));
    },
  );
});

describe('the global model', () => {
  const frame = machineFrame({ car: 120, loader: 80 });

  it('has the key as a feature when asked, one column of 0 and 1 per value', () => {
    const spec = machineSpec();
    const data = partitionData(frame, spec, { text: '(all)' });
    const { model } = run('train', data, argsOf(spec, 'global')).facts;
    expect(model?.features.filter((feature) => feature.startsWith('type'))).toHaveLength(2);
    const without = machineSpec({ global: { include_partition: false } });
    const blind = run('train', data, argsOf(without, 'global')).facts;
    expect(blind.selection.kept).toEqual(['rpm', 'load', 'site']);
  });

  it('codes a key of very many values by its target', () => {
    const types = Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`t${i + 10}`, 6]));
    const spec = machineSpec({ algorithms: ['baseline', 'logistic'] });
    const data = partitionData(machineFrame(types), spec, { text: '(all)' });
    const { model } = run('train', data, argsOf(spec, 'global')).facts;
    const ofKey = model?.features.filter((feature) => feature.startsWith('type'));
    expect(ofKey?.length).toBeLessThanOrEqual(CLASSES.length);
    expect(ofKey?.length).toBeGreaterThan(0);
  });

  it('tells many partitions apart whose targets look alike: each has a rule of its own', () => {
    const draws = seededDraws(9);
    const rows = Array.from({ length: 80 }, (_, k) => {
      const isTurned = draws.uniform() < 0.5;
      return Array.from({ length: 40 }, () => {
        const x = draws.normal();
        return { key: `k${100 + k}`, x, y: x > 0 === isTurned ? 'yes' : 'no' };
      });
    }).flat();
    const table = frameOf(
      texts(
        'key',
        rows.map(({ key }) => key),
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
    const accuracy = (encode?: 'target') => {
      const spec = machineSpec({
        partition: { by: 'key' },
        target: { column: 'y', task: 'classification' },
        columns: {},
        metric: 'accuracy',
        algorithms: [{ gradient_boosting: { rounds: 60 } }],
        ...(encode && { features: { handle: { columns: { key: { encode } } } } }),
      });
      const data = partitionData(table, spec, { text: '(all)' });
      const args = {
        spec,
        task: 'classification',
        classes: ['no', 'yes'],
        scope: 'global',
      } as const;
      return run('train', data, args).facts.candidates[0]?.cv.value ?? 0;
    };
    expect(accuracy()).toBeGreaterThan(0.8);
    expect(accuracy()).toBeGreaterThan(accuracy('target') + 0.1);
  });

  it('trains on a sample of its rows beyond global.max_rows, and says how many are left out', () => {
    const spec = machineSpec({ global: { max_rows: 100 } });
    const data = partitionData(frame, spec, { text: '(all)' });
    const trained = run('train', data, argsOf(spec, 'global'));
    const { rows, model } = trained.facts;
    expect(rows).toEqual({ rows: 200, used: 100, holdout: 40, excluded: { not_sampled: 60 } });
    expect(model?.trainedRows).toBe(100);
    const oof = outOfFoldRows(data.folds);
    const bytes = trained.blobs.get('predictions') as Uint8Array;
    const predictions = predictionsFromBytes(bytes, 4, CLASSES.length);
    expect(readLayer(predictions, 0, oof).every(Number.isFinite)).toBe(true);
  });
});

function argsOf(spec: Spec, scope: TrainArgs['scope'] = 'own'): TrainArgs {
  return { spec, task: spec.target.task, classes: CLASSES, scope };
}

/** As the activity of the global model does it: folds, rank, refit. */
function trainInParts(data: PartitionData & { readonly folds: Uint8Array }, args: TrainArgs) {
  const { candidates, validate } = args.spec;
  const layers = candidateCount(args.spec) + 1;
  const repeats = foldsOfRepeats(data, args.spec);
  const { rowCount } = data.frame;
  const predictions = createPredictions(rowCount, layers, CLASSES.length, repeats.length);
  const seeds = candidates.map((candidate, place) => {
    const fitted = repeats.flatMap((folds, repeat) =>
      Array.from({ length: validate.folds }, (_unused, fold) => {
        const part = run('train-fold', data, { ...args, candidate, fold, share: 1, repeat });
        const output = asDoubles(part.blobs.get('predictions') as Uint8Array);
        const rows = rowsOfRepeat(validationRows(folds, fold), repeat, rowCount);
        writeLayerInto(output, rows, place, predictions);
        return part.facts;
      }),
    );
    return fitted[0]?.seed;
  });
  const inputs = new Map([['predictions', predictionsToBytes(predictions)]]);
  const { facts: ranked, blobs } = run('rank', { ...data, inputs }, args);
  const averaged = blobs.get('predictions');
  if (averaged !== undefined) predictions.values.set(asDoubles(averaged));
  const tried = candidates.map(
    (one, i) => ({ ...one, cv: ranked.cv[i] as Score }) as CandidateFacts,
  );
  const all = withEnsemble(tried, ranked);
  const refitted = run('refit', data, {
    ...args,
    ...refitPart(all, ranked.best as number, ranked),
  });
  const everyRow = Int32Array.from({ length: data.frame.rowCount }, (_, row) => row);
  const last = asDoubles(refitted.blobs.get('predictions') as Uint8Array);
  writeLayerInto(last, everyRow, predictions.layers - 1, predictions);
  return {
    ...ranked,
    cv: all.map(({ cv }) => cv),
    seeds,
    refit: refitted.facts,
    predictions: predictionsToBytes(predictions),
    model: refitted.blobs.get('model'),
  };
}

function asDoubles(bytes: Uint8Array): Float64Array {
  return new Float64Array(bytes.slice().buffer);
}
