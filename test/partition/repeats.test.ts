import { describe, expect, it } from 'vitest';
import { HOLDOUT, outOfFoldRows } from '../../src/estimators/folds.ts';
import { takeRows } from '../../src/frame/frame.ts';
import { rowsOutside } from '../../src/partition/nested-choice.ts';
import {
  createPredictions,
  ofRepeat,
  predictionsFromBytes,
  predictionsToBytes,
  readLayer,
  writeLayerInto,
} from '../../src/partition/predictions.ts';
import { foldsOfRepeats, joinFolds, rowsOfRepeat } from '../../src/partition/repeats.ts';
import type { TrainArgs, TrainFacts } from '../../src/partition/train-facts.ts';
import type { SpecInput } from '../../src/spec/spec.ts';
import { machineFrame, machineSpec, partitionData, run, STATUSES } from '../support/machines.ts';

const REPEATS = 3;
const FOLDS = 3;
const frame = machineFrame({ car: 150 });

function specOf(change: Partial<SpecInput> = {}) {
  return machineSpec({
    validate: { repeats: REPEATS },
    algorithms: ['baseline', 'naive_bayes', 'decision_tree'],
    ...change,
  });
}

function trained(change: Partial<SpecInput> = {}) {
  const spec = specOf(change);
  const data = partitionData(frame, spec);
  const args: TrainArgs = { spec, task: 'classification', classes: STATUSES, scope: 'own' };
  const { facts, blobs } = run('train', data, args);
  return { spec, data, args, facts, bytes: blobs.get('predictions') as Uint8Array };
}

function evaluate({ data, args, facts, bytes }: ReturnType<typeof trained>) {
  const inputs = new Map([
    ['own', bytes],
    ['global', bytes],
  ]);
  const side = sideOf(facts);
  return run('evaluate', { ...data, inputs }, { ...args, own: side, global: side }).facts;
}

const sideOf = ({ candidates, best, bestWithout }: TrainFacts) => ({
  candidates: candidates.length,
  best: best as number,
  bestWithout,
});

describe('the folds of repeats', () => {
  const spec = specOf();
  const data = partitionData(frame, spec);
  const folds = foldsOfRepeats(data, spec);

  it('begin with those of one cross-validation', () => {
    expect(folds).toHaveLength(REPEATS);
    expect(folds[0]).toEqual(partitionData(frame, specOf({ validate: {} })).folds);
  });

  it('score every row once each, keep the holdout, and are dealt anew', () => {
    const [first] = folds;
    for (const one of folds.slice(1)) {
      expect(outOfFoldRows(one)).toEqual(outOfFoldRows(first));
      expect(one.map((code) => (code === HOLDOUT ? 1 : 0))).toEqual(
        first.map((code) => (code === HOLDOUT ? 1 : 0)),
      );
      for (let fold = 0; fold < FOLDS; fold++)
        expect(one.filter((code) => code === fold).length).toBe(40);
    }
    const moved = (a: number, b: number) =>
      outOfFoldRows(first).filter((row) => folds[a]?.[row] !== folds[b]?.[row]).length;
    for (const [a, b] of [
      [0, 1],
      [0, 2],
      [1, 2],
    ] as const)
      expect(moved(a, b)).toBeGreaterThan(50);
  });

  it('follow the rows, whatever their order', () => {
    const order = Int32Array.from({ length: 150 }, (_, row) => 149 - row);
    const turned = foldsOfRepeats(partitionData(takeRows(frame, order), spec), spec);
    turned.forEach((one, repeat) => {
      expect(order.map((row) => folds[repeat]?.[row] as number)).toEqual(Int32Array.from(one));
    });
  });

  it('are stored repeat after repeat, each with the rows of all partitions', () => {
    const [two, three] = [Uint8Array.of(1, 2, 11, 12), Uint8Array.of(3, 4, 5, 13, 14, 15)];
    const joined = joinFolds(Buffer.concat([two, three]), [2, 3], 2);
    expect([...joined]).toEqual([1, 2, 3, 4, 5, 11, 12, 13, 14, 15]);
  });
});

describe('stored predictions of repeats', () => {
  it('hold every row once, and are read as a copy of the rows for each repeat', () => {
    const stored = createPredictions(7, 3, 2, REPEATS);
    expect(stored.values).toHaveLength(7 * (2 * REPEATS + 1) * 2);
    stored.values.forEach((_, i) => {
      stored.values[i] = i;
    });
    const raw = predictionsFromBytes(predictionsToBytes(stored), 2 * REPEATS + 1, 2);
    for (let repeat = 0; repeat < REPEATS; repeat++) {
      const rows = rowsOfRepeat(Int32Array.of(1, 4), repeat, 7);
      for (const layer of [0, 1])
        expect(readLayer(stored, layer, rows)).toEqual(
          readLayer(raw, 2 * repeat + layer, Int32Array.of(1, 4)),
        );
      expect(readLayer(ofRepeat(stored, repeat), 1, Int32Array.of(4))).toEqual(
        readLayer(stored, 1, rows.subarray(1)),
      );
    }
    expect(readLayer(stored, 2, Int32Array.of(3))).toEqual(
      readLayer(raw, 2 * REPEATS, Int32Array.of(3)),
    );
  });

  it('are written where they are read', () => {
    const stored = createPredictions(5, 3, 1, REPEATS);
    const rows = rowsOfRepeat(Int32Array.of(0, 2), 1, 5);
    writeLayerInto(Float64Array.of(7, 8), rows, 1, stored);
    expect([...readLayer(stored, 1, rows)]).toEqual([7, 8]);
    expect(stored.values.filter((value) => !Number.isNaN(value))).toHaveLength(2);
  });
});

describe('repeated cross-validation', () => {
  const repeated = trained();
  const { facts, data, bytes } = repeated;
  const predictions = predictionsFromBytes(bytes, 3 * REPEATS + 1, STATUSES.length);

  it('fits every candidate on every fold of every repeat, from seeds of their own', () => {
    for (const { foldScores } of facts.candidates) expect(foldScores).toHaveLength(REPEATS * FOLDS);
    const oof = outOfFoldRows(foldsOfRepeats(data, repeated.spec)[0]);
    for (let layer = 0; layer < 9; layer++)
      expect(readLayer(predictions, layer, oof).every(Number.isFinite)).toBe(true);
    expect(readLayer(predictions, 2, oof)).not.toEqual(readLayer(predictions, 5, oof));
    expect(facts.bestWithout).toHaveLength(REPEATS * FOLDS);
  });

  it('begins with what one cross-validation would do, and ships the same model of the same candidate', () => {
    const single = trained({ validate: {} });
    const first = predictionsFromBytes(single.bytes, 4, STATUSES.length);
    const all = predictionsFromBytes(bytes, 4, STATUSES.length, REPEATS);
    expect(ofRepeat(all, 0)).toEqual(first);
    expect(single.facts.best).toBe(facts.best);
    expect(facts.model?.digest).toBe(single.facts.model?.digest);
  });

  it('counts a row once: what repeats say of it is not independent', () => {
    const { own, comparison } = evaluate(repeated);
    const single = evaluate(trained({ validate: {} }));
    expect(own?.cvRows).toBe(120);
    expect(comparison?.rows).toBe(120);
    const width = ({ nestedInterval }: NonNullable<typeof own>) =>
      (nestedInterval?.high ?? 0) - (nestedInterval?.low ?? 0);
    // Three times the rows would make it narrower by 42 %.
    expect(width(own as NonNullable<typeof own>)).toBeGreaterThan(
      0.75 * width(single.own as NonNullable<typeof own>),
    );
  });

  it('pools the rows of all repeats in the totals as well', () => {
    const { own } = evaluate(repeated);
    const { best, bestWithout } = sideOf(facts);
    const members = [{ rows: 150, best, bestWithout, served: 'own' as const }];
    const inputs = new Map([['own', bytes]]);
    const args = { ...repeated.args, members, candidates: 3, global: null };
    const { own: totalled, served } = run('totals', { ...data, inputs }, args).facts;
    expect(totalled).toEqual(own);
    expect(served).toEqual(own);
  });

  it('are drawn with every row once where no rows are held out', () => {
    const { plots } = evaluate(trained({ validate: { repeats: REPEATS, holdout: 0.001 } }));
    expect(plots?.rows).toBe('oof');
    expect(plots?.confusion?.flat().reduce((a, b) => a + b)).toBe(frame.rowCount);
  });

  it('let no copy of a row into what is judged on it', () => {
    // Rows 0 to 2, and again as 3 to 5: row 1 is in fold 0 of one repeat, and in fold 3 of the other.
    const folds = Uint8Array.of(0, 0, 1, 2, 3, 3);
    const truth = { observations: Int32Array.of(0, 1, 2, 0, 1, 2) };
    const rows = Int32Array.of(0, 1, 2, 3, 4, 5);
    const outside = (fold: number) => Array.from(rowsOutside(rows, { folds, fold, truth }));
    expect([0, 1, 2, 3].map(outside)).toEqual([
      [2, 5],
      [0, 1, 3, 4],
      [1, 2, 4, 5],
      [0, 3],
    ]);
  });

  it('calibrates and averages in every repeat, a row by folds that it is in in none', () => {
    const spec = {
      probabilities: { calibrate: 'platt' as const },
      ensemble: {},
      metric: 'log_loss' as const,
    };
    const one = trained(spec);
    const stored = predictionsFromBytes(one.bytes, 4 * REPEATS + 1, STATUSES.length);
    expect(one.facts.candidates).toHaveLength(4);
    const { ranked } = rankAgain(one);
    expect(ranked.candidates.map(({ cv }) => cv)).toEqual(one.facts.candidates.map(({ cv }) => cv));
    expect(
      readLayer(stored, 0, outOfFoldRows(foldsOfRepeats(one.data, one.spec)[0])).every(
        Number.isFinite,
      ),
    ).toBe(true);
  });
});

/** The same again, from the same data: equal facts. */
function rankAgain({ data, args }: ReturnType<typeof trained>) {
  return { ranked: run('train', data, args).facts };
}
