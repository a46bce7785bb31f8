import { describe, expect, it } from 'vitest';
import { holdoutRows, outOfFoldRows, validationRows } from '../../src/estimators/folds.ts';
import { score } from '../../src/estimators/score.ts';
import { type Frame, takeRows } from '../../src/frame/frame.ts';
import { hashRows } from '../../src/frame/row-hash.ts';
import type { EvaluateFacts, SideArgs, SideScores } from '../../src/partition/evaluate-facts.ts';
import type { PartitionData } from '../../src/partition/partition-function.ts';
import { predictionsFromBytes, readLayer } from '../../src/partition/predictions.ts';
import { targetOf } from '../../src/partition/target.ts';
import type { TotalsArgs, TotalsFacts } from '../../src/partition/totals-facts.ts';
import type { TrainFacts } from '../../src/partition/train-facts.ts';
import { scoredRows, truthOf } from '../../src/partition/truth.ts';
import type { Candidate } from '../../src/spec/spec.ts';
import { machineFrame, machineSpec, partitionData, run, STATUSES } from '../support/machines.ts';

const spec = machineSpec({ validate: { folds: 3 } });
const args = { spec, task: spec.target.task, classes: STATUSES };
const frame = machineFrame({ car: 300, loader: 200 });
const layers = spec.candidates.length + 1;

/** Folds belong to partitions: those of the union are the members' in order. */
const car = partitionData(rowsOf(frame, 0, 300), spec, { text: 'type=car' });
const loader = partitionData(rowsOf(frame, 300, 200), spec, { text: 'type=loader' });
const all: PartitionData & { readonly folds: Uint8Array } = {
  partition: { id: 'all', text: '(all)', ranges: [{ start: 0, count: 500 }] },
  frame,
  rowHashes: hashRows(frame),
  folds: Uint8Array.of(...car.folds, ...loader.folds),
  inputs: new Map(),
};
const own = run('train', car, { ...args, scope: 'own' });
const ownLoader = run('train', loader, { ...args, scope: 'own' });
const global = run('train', all, { ...args, scope: 'global' });
const ownFacts = own.facts;
const globalFacts = global.facts;
const predictionsOf = (result: typeof own) => result.blobs.get('predictions') as Uint8Array;
const rowBytes = layers * STATUSES.length * 8;

describe('evaluate', () => {
  const inputs = new Map([
    ['own', predictionsOf(own)],
    ['global', predictionsOf(global).slice(0, 300 * rowBytes)],
  ]);
  const sides = {
    own: chosenOf(ownFacts),
    global: chosenOf(globalFacts),
  };
  const facts = run('evaluate', { ...car, inputs }, { ...args, ...sides }).facts;

  it('repeats the score that training ranked by, with an interval around it', () => {
    const { cv, cvInterval, cvRows } = facts.own as SideScores;
    expect(cv).toEqual(ownFacts.candidates[ownFacts.best as number]?.cv);
    expect(cvRows).toBe(240);
    expect(cvInterval?.low).toBeLessThan(cv.value as number);
    expect(cvInterval?.high).toBeGreaterThan(cv.value as number);
  });

  it('scores own and global on the identical rows of the partition', () => {
    expect(facts.global).toMatchObject({ cvRows: 240, holdoutRows: 60 });
    const rows = holdoutRows(car.folds);
    const predictions = predictionsFromBytes(predictionsOf(global), layers, STATUSES.length);
    const truth = truthOf(frame, args, all.folds);
    const expected = score(
      spec.metric,
      scoredRows(truth, rows, readLayer(predictions, layers - 1, rows)),
    );
    expect(facts.global?.holdout).toEqual(expected);
  });

  it('states by how much own is better, within its interval', () => {
    const { difference, interval, rows } = facts.comparison as NonNullable<
      EvaluateFacts['comparison']
    >;
    expect(rows).toBe(240);
    expect(interval.low).toBeLessThanOrEqual(difference);
    expect(interval.high).toBeGreaterThanOrEqual(difference);
  });

  it('finds no difference between a model and itself', () => {
    const baseline = machineSpec({ algorithms: ['baseline'] });
    const trained = run('train', car, { ...args, spec: baseline, scope: 'own' });
    const twice = new Map([
      ['own', predictionsOf(trained)],
      ['global', predictionsOf(trained)],
    ]);
    const side = { candidates: 1, best: 0, bestWithout: [0, 0, 0] };
    const { comparison } = run(
      'evaluate',
      { ...car, inputs: twice },
      { ...args, spec: baseline, own: side, global: side },
    ).facts;
    expect(comparison).toEqual({
      difference: 0,
      interval: { low: 0, high: 0 },
      pValue: 1,
      rows: 240,
    });
  });

  it('draws what the holdout shows: every row once in the confusion, curves from corner to corner', () => {
    const { plots } = facts;
    expect(plots?.rows).toBe('holdout');
    expect(plots?.confusion?.flat().reduce((sum, count) => sum + count, 0)).toBe(60);
    expect(plots?.roc?.[0]?.fpr).toBe(0);
    expect(plots?.roc?.at(-1)).toEqual({ fpr: 1, tpr: 1 });
    const rates = plots?.roc?.map(({ tpr }) => tpr) as number[];
    expect(rates.every((rate, i) => i === 0 || rate >= (rates[i - 1] as number))).toBe(true);
    expect(plots?.calibration?.reduce((sum, { rows }) => sum + rows, 0)).toBe(60);
  });

  it('evaluates the global model alone where a partition has none of its own', () => {
    const alone = new Map([['global', predictionsOf(global).slice(0, 300 * rowBytes)]]);
    const result = run(
      'evaluate',
      { ...car, inputs: alone },
      { ...args, ...sides, own: null },
    ).facts;
    expect(result.own).toBeNull();
    expect(result.comparison).toBeNull();
    expect(result.global).toEqual(facts.global);
    expect(result.plots?.rows).toBe('holdout');
  });

  it('does not let the choice among many candidates count as being better', () => {
    const guesses = 40;
    const blind = {
      ...spec,
      candidates: Array.from({ length: guesses }, () => spec.candidates[0] as Candidate),
    };
    const oof = outOfFoldRows(car.folds);
    const random = randomPredictions(car.frame.rowCount, guesses + 1, oof);
    const ranked = run(
      'rank',
      { ...car, inputs: new Map([['predictions', random]]) },
      { ...args, spec: blind },
    ).facts;
    const facts40 = run(
      'evaluate',
      {
        ...car,
        inputs: new Map([
          ['own', random],
          ['global', randomPredictions(300, 2, oof)],
        ]),
      },
      {
        ...args,
        spec: blind,
        own: { candidates: guesses, ...ranked, best: ranked.best as number },
        global: { candidates: 1, best: 0, bestWithout: [0, 0, 0] },
      },
    ).facts;
    const { cv, nested, optimism } = facts40.own as SideScores;
    const naive = (cv.value as number) - (facts40.global?.cv.value as number);
    expect(facts40.comparison?.difference).toBeLessThan(naive - 0.02);
    expect(facts40.comparison?.interval.low).toBeLessThan(0);
    expect(optimism).toBeCloseTo((cv.value as number) - (nested.value as number), 12);
    expect(optimism).toBeGreaterThan(0.02);
    expect(facts40.global?.optimism).toBe(0);
  });

  it('shows the errors of a regression', () => {
    const regression = machineSpec({
      target: { column: 'power', task: 'regression' },
      columns: { id: 'reading' },
      algorithms: ['ridge'],
    });
    const data = partitionData(rowsOf(frame, 0, 300), regression);
    const regressionArgs = { spec: regression, task: regression.target.task, classes: [] };
    const trained = run('train', data, { ...regressionArgs, scope: 'own' });
    const result = run(
      'evaluate',
      { ...data, inputs: new Map([['own', predictionsOf(trained)]]) },
      { ...regressionArgs, own: chosenOf(trained.facts), global: null },
    ).facts;
    const histogram = result.plots?.residuals?.histogram ?? [];
    expect(histogram.reduce((sum, { count }) => sum + count, 0)).toBe(60);
    expect(result.plots?.residuals?.scatter).toHaveLength(60);
    expect(result.own?.holdout.value).toBeLessThan(20);
  });
});

describe('totals', () => {
  const ofCar = chosenOf(ownFacts);
  const ofLoader = chosenOf(ownLoader.facts);
  const nobody = { best: null, bestWithout: [] };
  const totalsOf = (
    members: TotalsArgs['members'],
    ownParts: readonly Uint8Array[],
  ): TotalsFacts => {
    const inputs = new Map([
      ['own', Uint8Array.from(Buffer.concat(ownParts))],
      ['global', predictionsOf(global)],
    ]);
    const totalsArgs = {
      members,
      candidates: layers - 1,
      global: chosenOf(globalFacts),
    };
    return run('totals', { ...all, inputs }, { ...args, ...totalsArgs }).facts;
  };

  it('pools the metric over the rows of all members, each by its own best candidate', () => {
    const facts = totalsOf(
      [
        { rows: 300, ...ofCar, served: 'own' },
        { rows: 200, ...ofLoader, served: 'own' },
      ],
      [predictionsOf(own), predictionsOf(ownLoader)],
    );
    expect(facts.own).toMatchObject({ cvRows: 400, holdoutRows: 100 });
    expect(facts.global).toMatchObject({ cvRows: 400, holdoutRows: 100 });
    expect(facts.own?.holdout).toEqual(pooledHoldout([own, ownLoader]));
    expect(facts.own?.nested).toEqual(pooledNested([own, ownLoader]));
    expect(facts.served).toEqual(facts.own);
    expect(facts.globalEverywhere?.holdout).toEqual(facts.global?.holdout);
    expect(facts.globalPlots?.rows).toBe('holdout');
  });

  it('compares own and global only where both answer, and serves the others too', () => {
    const facts = totalsOf(
      [
        { rows: 300, ...nobody, served: 'global' },
        { rows: 200, ...ofLoader, served: 'own' },
      ],
      [predictionsOf(ownLoader)],
    );
    expect(facts.own).toMatchObject({ cvRows: 160, holdoutRows: 40 });
    expect(facts.global).toMatchObject({ cvRows: 160, holdoutRows: 40 });
    expect(facts.served).toMatchObject({ cvRows: 400, holdoutRows: 100 });
    expect(facts.globalEverywhere).toMatchObject({ cvRows: 400, holdoutRows: 100 });
  });

  it('leaves out members that nobody serves', () => {
    const facts = totalsOf(
      [
        { rows: 300, ...ofCar, served: 'none' },
        { rows: 200, ...nobody, served: 'global' },
      ],
      [predictionsOf(own)],
    );
    expect(facts.served).toMatchObject({ cvRows: 160, holdoutRows: 40 });
  });
});

function chosenOf({ candidates, best, bestWithout }: TrainFacts): SideArgs {
  return { candidates: candidates.length, best: best as number, bestWithout };
}

/** Each fold's rows by the candidate that `bestWithout` names for it. */
function pooledNested(results: readonly (typeof own)[]) {
  const parts = results.flatMap((result, i) => {
    const { folds, frame: part } = [car, loader][i] as typeof car;
    const predictions = predictionsFromBytes(predictionsOf(result), layers, STATUSES.length);
    const target = targetOf(part, args);
    return result.facts.bestWithout.flatMap((layer, fold) =>
      [...validationRows(folds, fold)].map((row) => ({
        truth: target.kind === 'classes' ? (target.codes[row] as number) : -1,
        output: [...readLayer(predictions, layer, Int32Array.of(row))],
      })),
    );
  });
  return score(spec.metric, {
    kind: 'classes',
    classes: STATUSES,
    truth: Int32Array.from(parts, ({ truth }) => truth),
    probabilities: Float64Array.from(parts.flatMap(({ output }) => output)),
  });
}

function pooledHoldout(results: readonly (typeof own)[]) {
  const data = [car, loader];
  const parts = results.map((result, i) => {
    const { folds, frame: part } = data[i] as typeof car;
    const rows = holdoutRows(folds);
    const predictions = predictionsFromBytes(predictionsOf(result), layers, STATUSES.length);
    const target = targetOf(part, args);
    return {
      truth: target.kind === 'classes' ? [...rows].map((row) => target.codes[row] as number) : [],
      output: [...readLayer(predictions, layers - 1, rows)],
    };
  });
  return score(spec.metric, {
    kind: 'classes',
    classes: STATUSES,
    truth: Int32Array.from(parts.flatMap(({ truth }) => truth)),
    probabilities: Float64Array.from(parts.flatMap(({ output }) => output)),
  });
}

/** A guess by every layer for the given rows, the last layer empty. */
function randomPredictions(rowCount: number, layerCount: number, rows: Int32Array): Uint8Array {
  const values = new Float64Array(rowCount * layerCount * STATUSES.length).fill(Number.NaN);
  let state = layerCount;
  for (const row of rows)
    for (let layer = 0; layer < layerCount - 1; layer++) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      const guess = (state >>> 16) % STATUSES.length;
      for (let k = 0; k < STATUSES.length; k++)
        values[(row * layerCount + layer) * STATUSES.length + k] = k === guess ? 1 : 0;
    }
  return new Uint8Array(values.buffer);
}

function rowsOf(whole: Frame, start: number, count: number): Frame {
  const part = takeRows(
    whole,
    Int32Array.from({ length: count }, (_, i) => start + i),
  );
  return part;
}
