import { afterEach, describe, expect, it, vi } from 'vitest';
import { isFailure } from '../../src/domain/failure.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { isTask, type Task } from '../../src/domain/metric.ts';
import { type Estimator, FitStopped, type Model } from '../../src/estimators/estimator.ts';
import { loadModel, registry } from '../../src/estimators/registry.ts';
import type { Matrix } from '../../src/frame/frame.ts';
import { kernelMemoryBytes } from '../../src/kernels/kernels.ts';
import { degenerateTables } from '../support/degenerate-tables.ts';
import { classTable, rowsOf, type Table, valueTable } from '../support/tables.ts';

const ROWS = 150;
/** More than come into the kernels' memory at once. */
const THOUSANDS = 8300;

/** Where a weight of 2 is not the same as the row twice, and why. */
const WEIGHTS_ARE_NOT_COPIES: Record<string, string> = {
  'random_forest classification': 'rows are drawn, not counted',
  'random_forest regression': 'rows are drawn, not counted',
  'mlp classification': 'rows come in batches',
  'mlp regression': 'rows come in batches',
  'gradient_boosting classification': 'rows per leaf are estimated from second derivatives',
};

/** Parameters with which the sizes of leaves don't depend on whether rows are counted or weighed. */
const SMALLEST_LEAVES: Record<string, JsonObject> = {
  extra_trees: { min_leaf: 1 },
  gradient_boosting: { min_leaf: 1 },
};

const cases = registry.flatMap((estimator) =>
  estimator.tasks
    .filter(isTask)
    .map((task): [string, Estimator, Task] => [`${estimator.id} ${task}`, estimator, task]),
);

function tableFor(task: Task, seed = 1, rowCount = ROWS): Table {
  return task === 'classification' ? classTable(rowCount, seed) : valueTable(rowCount, seed);
}

/** What is slow by default is as good with less of it. */
const FEW: Record<string, JsonObject> = { 'mljs/random_forest': { trees: 4 } };

function defaultsOf(estimator: Estimator): JsonObject {
  return estimator.parameters.parse(FEW[estimator.id] ?? {});
}

function fit(
  estimator: Estimator,
  { x, y }: Table,
  options: { seed?: bigint; weights?: Float64Array } = {},
) {
  return estimator.fit(x, y, defaultsOf(estimator), { seed: 7n, ...options });
}

/** Prediction and, where there are any, probabilities. */
function answers(model: Model, x: Matrix): number[] {
  return [...model.predict(x), ...(model.predictProbabilities?.(x) ?? [])];
}

function expectSound(model: Model, { x, y }: Table): void {
  const predicted = model.predict(x);
  expect(predicted).toHaveLength(x.rowCount);
  expect(predicted.every(Number.isFinite)).toBe(true);
  if (y.kind === 'values') return;
  const width = y.classes.length;
  expect(predicted.every((code) => Number.isInteger(code) && code >= 0 && code < width)).toBe(true);
  if (model.predictProbabilities === undefined) return;
  const probabilities = model.predictProbabilities(x);
  expect(probabilities).toHaveLength(x.rowCount * width);
  for (let i = 0; i < x.rowCount; i++) {
    const row = [...probabilities.subarray(i * width, (i + 1) * width)];
    expect(row.every((p) => p >= 0 && p <= 1)).toBe(true);
    expect(row.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 12);
    expect(row.indexOf(Math.max(...row))).toBe(predicted[i]);
  }
}

function errorOf(model: Model, { x, y }: Table): number {
  const predicted = model.predict(x);
  const errors = Array.from(predicted, (value, i) =>
    y.kind === 'classes' ? Number(y.codes[i] !== value) : ((y.values[i] as number) - value) ** 2,
  );
  return errors.reduce((sum, error) => sum + error, 0) / x.rowCount;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe('the registry', () => {
  it('names every algorithm once and gives it with its name', () => {
    expect(new Set(registry.map(({ id }) => id)).size).toBe(registry.length);
    expect(registry[0]?.id).toBe('baseline');
    expect(registry.every(Object.isFrozen)).toBe(true);
  });

  it('refuses bytes of an algorithm that it does not have', () => {
    const bytes = fit(registry[0] as Estimator, tableFor('regression')).toBytes();
    const renamed = bytes.map((byte, i) => (i === 5 ? byte + 1 : byte));
    expect(() => loadModel(renamed)).toThrow(/which this version does not have/);
    expect(() => loadModel(new Uint8Array(0))).toThrow(/hold no model/);
  });
});

describe.each(cases)('%s', (name, estimator, task) => {
  const table = tableFor(task);
  const { supports } = estimator;

  it('has a default for every parameter, refuses unknown ones, and tunes within its ranges', () => {
    const defaults = defaultsOf(estimator);
    expect(estimator.parameters.parse(defaults)).toEqual(defaults);
    expect(estimator.parameters.safeParse({ no_such_parameter: 1 }).success).toBe(false);
    for (const [parameter, tried] of Object.entries(estimator.space)) {
      expect(tried.length).toBeGreaterThan(1);
      for (const value of tried)
        expect(estimator.parameters.parse({ [parameter]: value })).toMatchObject({
          [parameter]: value,
        });
    }
  });

  it('gives the same bytes for the same seed, and for another one unless it declares randomness', () => {
    const bytes = fit(estimator, table).toBytes();
    expectSameBytes(fit(estimator, table), bytes);
    const other = fit(estimator, table, { seed: 0xffff_ffff_ffff_fff1n }).toBytes();
    expect(Buffer.compare(other, bytes) === 0).toBe(!supports.randomness);
  });

  it('draws no number that the seed does not decide', () => {
    vi.spyOn(Math, 'random').mockImplementation(() => {
      throw new Error('Math.random was called.');
    });
    expectSound(fit(estimator, table), table);
  });

  it('takes no more memory for the tenth fit than for the first', () => {
    answers(fit(estimator, table), table.x);
    const bytes = kernelMemoryBytes();
    for (let i = 0; i < 9; i++) {
      const model = fit(estimator, table);
      answers(model, table.x);
      model.free?.();
    }
    expect(kernelMemoryBytes()).toBe(bytes);
  });

  it('leaves its inputs as they were', () => {
    const weights = Float64Array.from({ length: ROWS }, (_, i) => 1 + (i % 3));
    const before = structuredClone({ table, weights });
    const model = fit(estimator, table, supports.weights ? { weights } : {});
    answers(model, table.x);
    expect({ table, weights }).toEqual(before);
  });

  it('predicts finite values, or classes with probabilities that sum to 1', () => {
    const model = fit(estimator, table);
    expect(model.algorithm).toBe(estimator.id);
    expect(model.predictProbabilities !== undefined).toBe(
      supports.probabilities && task === 'classification',
    );
    expectSound(model, table);
  });

  it('predicts the same bit for bit after its bytes were loaded', () => {
    const model = fit(estimator, table);
    const loaded = loadModel(model.toBytes());
    const unseen = tableFor(task, 99).x;
    expect(answers(loaded, unseen)).toEqual(answers(model, unseen));
    expectSameBytes(loaded, model.toBytes());
    expect(loaded.toJson()).toEqual(model.toJson());
    loaded.free?.();
    model.free?.();
  });

  it('has a JSON form of plain data', () => {
    const json = fit(estimator, table).toJson();
    expect(JSON.parse(JSON.stringify(json))).toEqual(json);
    expect(json).toMatchObject({ algorithm: estimator.id });
  });

  it('predicts a row the same bit for bit alone, among a few and among thousands', () => {
    const model = fit(estimator, table);
    const many = tableFor(task, 3, THOUSANDS);
    if (supports.missing)
      for (let i = 0; i < many.x.data.length; i += 7) many.x.data[i] = Number.NaN;
    const whole = model.predict(many.x);
    const shares = model.predictProbabilities?.(many.x);
    const width = (shares?.length ?? 0) / THOUSANDS;
    const groups = [[0], [3, 77, 149, 20], [8199, 8200], [THOUSANDS - 1, ...Array(30).keys()]];
    for (const rows of groups) {
      const part = rowsOf(many, rows).x;
      expect([...model.predict(part)]).toEqual(rows.map((row) => whole[row]));
      expect([...(model.predictProbabilities?.(part) ?? [])]).toEqual(
        rows.flatMap((row) => [...(shares?.subarray(row * width, (row + 1) * width) ?? [])]),
      );
    }
    expect(answers(model, rowsOf(table, []).x)).toEqual([]);
  });

  it('beats the baseline on data that can be learned', () => {
    const trained = errorOf(fit(estimator, table), tableFor(task, 2));
    const base = errorOf(fit(registry[0] as Estimator, table), tableFor(task, 2));
    if (estimator.id === 'baseline') expect(trained).toBe(base);
    else expect(trained).toBeLessThan(0.8 * base);
  });

  it('says how much each column matters, as shares', () => {
    const model = fit(estimator, table);
    expect(model.importance !== undefined).toBe(supports.importance);
    const shares = [...(model.importance?.() ?? [1, 0, 0, 0])];
    expect(shares).toHaveLength(4);
    expect(shares.every((share) => share >= 0)).toBe(true);
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
  });

  it('says what each column adds to each prediction, when it declares so', () => {
    const model = fit(estimator, table);
    expect(model.contributions !== undefined).toBe(supports.contributions === true);
    const contributions = model.contributions?.(table.x);
    if (contributions === undefined) return;
    const { scale, classes: codes, expected, shares } = contributions;
    expect(shares).toHaveLength(ROWS * expected.length * 4);
    expect(shares.every(Number.isFinite)).toBe(true);
    expect(codes.length === 0).toBe(task === 'regression');
    expect(scale === 'value').toBe(task === 'regression');
  });

  const degenerate = degenerateTables(task);
  it.each(Object.keys(degenerate))('stays sound with %s', (title) => {
    const odd = degenerate[title] as Table;
    const model = fit(estimator, odd);
    expectSound(model, odd);
    expectSound(loadModel(model.toBytes()), odd);
  });

  it('answers a constant target with that constant', () => {
    const { x, y } = constantTarget(table);
    const model = fit(estimator, { x, y });
    const constant = y.kind === 'classes' ? 1 : 0.1;
    for (const value of model.predict(x)) expect(value).toBeCloseTo(constant, 9);
  });

  if (supports.missing)
    it('learns from rows with missing values', () => {
      const x = { ...table.x, data: table.x.data.map((v, i) => (i % 7 === 0 ? Number.NaN : v)) };
      const model = fit(estimator, { x, y: table.y });
      expectSound(model, { x, y: table.y });
      expectSound(model, table);
      const nothing = { ...table.x, data: table.x.data.map(() => Number.NaN) };
      expectSound(fit(estimator, { x: nothing, y: table.y }), { x: nothing, y: table.y });
    });

  if (supports.weights)
    it('ignores rows without weight', () => {
      const weights = Float64Array.from({ length: ROWS }, (_, i) => (i < 100 ? 1 : 0));
      const rows = Array.from({ length: 100 }, (_, i) => i);
      const kept = fit(estimator, rowsOf(table, rows)).toBytes();
      expectSameBytes(fit(estimator, table, { weights }), kept);
    });

  if (supports.weights)
    it('does not mind weights that are all zero', () => {
      expectSound(fit(estimator, table, { weights: new Float64Array(ROWS) }), table);
    });

  if (supports.weights && WEIGHTS_ARE_NOT_COPIES[name] === undefined)
    it('takes a weight of 2 for the row twice', () => {
      const parameters = { ...defaultsOf(estimator), ...SMALLEST_LEAVES[estimator.id] };
      const twice = (i: number): boolean => i % 3 === 0;
      const all = Array.from({ length: ROWS }, (_, i) => i);
      const weights = Float64Array.from(all, (i) => (twice(i) ? 2 : 1));
      const copied = rowsOf(table, [...all, ...all.filter(twice)]);
      const options = { seed: 7n };
      const weighed = estimator.fit(table.x, table.y, parameters, { ...options, weights });
      const doubled = estimator.fit(copied.x, copied.y, parameters, options);
      const expected = answers(doubled, table.x);
      answers(weighed, table.x).forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i] as number, 6);
      });
    });

  it('ends with FitStopped when its stop flag is set', () => {
    const stop = Int32Array.of(1);
    const { x, y } = table;
    expect(() => estimator.fit(x, y, defaultsOf(estimator), { seed: 1n, stop })).toThrow(
      FitStopped,
    );
  });

  it('refuses bytes that were cut or changed', () => {
    const bytes = fit(estimator, rowsOf(table, [1, 2, 3, 4, 5, 6, 7, 8])).toBytes();
    const step = Math.max(1, Math.floor(bytes.length / 200));
    for (let at = 0; at < bytes.length; at += step) {
      expectCorrupt(() => loadModel(bytes.slice(0, at)));
      expectCorrupt(() => loadModel(bytes.map((byte, i) => (i === at ? byte ^ 0x55 : byte))));
    }
    expectCorrupt(() => loadModel(Uint8Array.of(...bytes, 0)));
  });
});

/** Far quicker over thousands of bytes than comparing arrays. */
function expectSameBytes(model: Model, bytes: Uint8Array): void {
  expect(Buffer.compare(model.toBytes(), bytes)).toBe(0);
}

function expectCorrupt(load: () => unknown): void {
  let caught: unknown;
  try {
    load();
  } catch (error) {
    caught = error;
  }
  expect(isFailure(caught) && caught.kind).toBe('corrupt-object');
}

function constantTarget({ x, y }: Table): Table {
  return {
    x,
    y:
      y.kind === 'classes'
        ? { ...y, codes: y.codes.map(() => 1) }
        : { ...y, values: y.values.map(() => 0.1) },
  };
}
