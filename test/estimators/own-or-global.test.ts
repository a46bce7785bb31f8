import { describe, expect, it } from 'vitest';
import type { Metric } from '../../src/domain/metric.ts';
import type { TieRule } from '../../src/domain/run.ts';
import { comparePaired } from '../../src/estimators/compare.ts';
import type { ScoredRows } from '../../src/estimators/metrics/scored-rows.ts';
import { score } from '../../src/estimators/score.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import { type Choosable, chooseModels, chooseParents } from '../../src/partition/choice.ts';
import { type Draws, seededDraws } from '../support/draws.ts';

const PARTITIONS = 200;
const ROWS = 200;
const FOLDS = 4;
const FEATURES = 3;
const FRESH_ROWS = 4000;

type Table = { readonly x: readonly Float64Array[]; readonly y: Float64Array };
/** How a partition's target comes about: by the function of all, or by one of its own. */
type World = {
  readonly metric: Metric;
  /** Of a partition, where they are not `ROWS`. */
  readonly rows?: number;
  /** That it is judged on, where they are not `FRESH_ROWS`. */
  readonly fresh?: number;
  /** How far one coefficient of a planted partition is from the shared one: up in one half of them, down in the other. */
  readonly effect: number;
  draw(draws: Draws, own: readonly number[], count: number): Table;
  scored(y: Float64Array, prediction: Float64Array): ScoredRows;
};

const SHARED = [1, -1, 0.5];

/** y = x·β + noise of size 1. */
const regression: World = {
  metric: 'rmse',
  effect: 0.6,
  draw: (draws, own, count) => tableOf(draws, count, (x) => dot(x, own) + draws.normal()),
  scored: (truth, prediction) => ({ kind: 'values', truth, prediction }),
};

/** P(y = yes) = logistic(2·x·β). */
const classification: World = {
  metric: 'macro_f1',
  effect: 2,
  draw: (draws, own, count) =>
    tableOf(draws, count, (x) => (draws.uniform() < 1 / (1 + Math.exp(-2 * dot(x, own))) ? 1 : 0)),
  scored: (y, prediction) => ({
    kind: 'classes',
    truth: Int32Array.from(y),
    probabilities: Float64Array.from(prediction).reduce(
      (all, value, i) => {
        const probability = Math.min(1, Math.max(0, value));
        all.set([1 - probability, probability], 2 * i);
        return all;
      },
      new Float64Array(2 * prediction.length),
    ),
    classes: ['no', 'yes'],
  }),
};

describe('own model or global model', () => {
  it('is decided rightly for 200 partitions of 200 rows, half of them of one function: numbers, at a cost of 15 % in rmse', () => {
    const { falseOwn, found, nulls, planted, cost } = trial(regression, 21);
    expect(nulls).toBeGreaterThanOrEqual(90);
    expect(falseOwn / nulls).toBeLessThanOrEqual(0.05);
    expect(found / planted).toBeGreaterThanOrEqual(0.9);
    expect(cost).toBeCloseTo(0.15, 2);
  });

  it('is decided rightly for 200 partitions of 200 rows, half of them of one function: classes, at a cost of 0.15 in macro F1', () => {
    const { falseOwn, found, nulls, planted, cost } = trial(classification, 22);
    expect(nulls).toBeGreaterThanOrEqual(90);
    expect(falseOwn / nulls).toBeLessThanOrEqual(0.05);
    expect(found / planted).toBeGreaterThanOrEqual(0.9);
    expect(cost).toBeCloseTo(-0.15, 2);
  });
});

describe('ties that all partitions together decide', () => {
  const small = { ...regression, rows: 40, fresh: 1000 };

  it('cost a twentieth of those that go to the simpler rung, where 200 partitions of 40 rows have functions of their own', () => {
    const { losses } = trial(small, 31, () => true);
    expect(losses.simpler).toBeGreaterThan(0.05);
    expect(losses.pooled).toBeLessThan(losses.simpler / 20);
  });

  it('cost less than half, where half of the partitions share one', () => {
    const { losses } = trial(small, 31);
    expect(losses.simpler).toBeGreaterThan(0.03);
    expect(losses.pooled).toBeLessThan(losses.simpler / 2);
  });

  it('give no partition a model of its own, where all of them share one', () => {
    const { losses, falseOwn, nulls } = trial(small, 31, () => false, 'pooled');
    expect(nulls).toBeGreaterThan(190);
    expect(falseOwn).toBe(0);
    expect(losses.pooled).toBe(losses.simpler);
  });
});

describe('own model, or that of its region, or the global one', () => {
  const REGIONS = 20;
  const STORES = PARTITIONS / REGIONS;

  /** Every other region has a function of its own, and in each of them one store another one. */
  const functionOf = (place: number): readonly number[] => {
    const region = Math.floor(place / STORES);
    const shift = (k: number): number => {
      if (region % 2 === 1 && k === 0) return 0.6;
      return region % 2 === 1 && place % STORES === 0 && k === 1 ? -1 : 0;
    };
    return SHARED.map((beta, k) => beta + shift(k));
  };

  it('is decided rightly for 20 regions of 10 stores: regions that matter are found, stores that do not are left to them', () => {
    const draws = seededDraws(23);
    const places = Array.from({ length: PARTITIONS }, (_, place) => place);
    const regionOf = (place: number): number => Math.floor(place / STORES);
    const tables = places.map((place) => regression.draw(draws, functionOf(place), ROWS));
    const fits = (rows: readonly Table[]) =>
      Array.from({ length: FOLDS }, (_, fold) =>
        fitLeastSquares(rows.map((table) => foldOf(table, (row) => row % FOLDS !== fold))),
      );
    const global = fits(tables);
    const regions = Array.from({ length: REGIONS }, (_, region) =>
      tables.slice(region * STORES, (region + 1) * STORES),
    );
    const parents = regions.map(fits);
    const owns = tables.map((table) => fits([table]));
    const against = (
      rows: readonly Table[],
      ours: readonly (readonly number[])[],
      theirs: readonly (readonly number[])[],
    ) => {
      const side = (models: readonly (readonly number[])[]) =>
        regression.scored(
          Float64Array.from(rows.flatMap(({ y }) => [...y])),
          Float64Array.from(rows.flatMap((table) => [...predictOutOfFold(table, models)])),
        );
      return comparePaired('rmse', side(ours), side(theirs));
    };
    const shared = digestBytes('global');
    const chosen = chooseParents(
      regions.map((rows, region) => ({
        ...choosable(`region ${region}`),
        comparison: against(rows, parents[region] as number[][], global),
      })),
      shared,
    );
    const choices = chooseModels(
      places.map((place) => {
        const table = [tables[place] as Table];
        const [own, parent] = [owns[place], parents[regionOf(place)]] as [number[][], number[][]];
        const comparison = against(table, own, parent);
        return {
          ...choosable(`store ${place}`),
          comparison: against(table, own, global),
          parent: { id: `region ${regionOf(place)}`, comparison, errors: null },
        };
      }),
      shared,
      chosen.answering,
    );
    const isAnswering = chosen.choices.map(({ verdict: one }) => one === 'parent');
    expect(isAnswering.filter((_, region) => region % 2 === 1)).not.toContain(false);
    const judged = choices.map(({ verdict: found }, place) => {
      const region = regionOf(place);
      const above = chosen.answering.has(`region ${region}`) ? parents[region] : global;
      const fresh = regression.draw(draws, functionOf(place), FRESH_ROWS / 2);
      const risk = (models: readonly (readonly number[])[] | undefined): number =>
        score('rmse', regression.scored(fresh.y, predictAll(fresh, models?.[0] ?? []))).value ?? 0;
      const isNull = risk(owns[place]) >= risk(above);
      return { found, isNull, isPlanted: region % 2 === 1 && place % STORES === 0 };
    });
    const nulls = judged.filter(({ isNull }) => isNull);
    const planted = judged.filter(({ isPlanted }) => isPlanted);
    expect(nulls.length).toBeGreaterThan(150);
    const falseOwn = nulls.filter(({ found }) => found === 'own');
    expect(falseOwn.length / nulls.length).toBeLessThanOrEqual(0.05);
    const isFound = planted.filter(({ found }) => found === 'own');
    expect(isFound.length / planted.length).toBeGreaterThanOrEqual(0.9);
    // A store of a region that matters, but not by itself, is left to its region.
    const left = judged.filter(({ isPlanted }, place) => regionOf(place) % 2 === 1 && !isPlanted);
    const toRegion = left.filter(({ found }) => found === 'parent');
    expect(toRegion.length / left.length).toBeGreaterThanOrEqual(0.95);
  });
});

function choosable(id: string): Omit<Choosable, 'comparison'> {
  return {
    partitionId: id,
    decision: { kind: 'train' },
    model: digestBytes(id),
    isReused: false,
    failure: null,
    errors: null,
  };
}

/**
 * Fits own and global least squares out of fold, compares them by partition and counts verdicts. Null = the own model's
 * risk on a large fresh sample is no better than the global model's.
 */
function trial(
  world: World,
  seed: number,
  isPlanted = (i: number): boolean => i % 2 === 1,
  ties: TieRule = 'simpler',
) {
  const draws = seededDraws(seed);
  const functions = Array.from({ length: PARTITIONS }, (_, i) =>
    SHARED.map((beta, k) =>
      isPlanted(i) && k === (i >> 1) % FEATURES
        ? beta + (i % 4 < 2 ? world.effect : -world.effect)
        : beta,
    ),
  );
  const tables = functions.map((own) => world.draw(draws, own, world.rows ?? ROWS));
  const globals = Array.from({ length: FOLDS }, (_, fold) =>
    fitLeastSquares(tables.map((table) => foldOf(table, (row) => row % FOLDS !== fold))),
  );
  const compared = tables.map((table, i) => {
    const owns = globals.map((_, fold) =>
      fitLeastSquares([foldOf(table, (row) => row % FOLDS !== fold)]),
    );
    const predicted = (models: readonly (readonly number[])[]): ScoredRows =>
      world.scored(table.y, predictOutOfFold(table, models));
    const comparison = comparePaired(world.metric, predicted(owns), predicted(globals));
    const fresh = world.draw(draws, functions[i] as readonly number[], world.fresh ?? FRESH_ROWS);
    const risk = (models: readonly (readonly number[])[]): number =>
      score(world.metric, world.scored(fresh.y, predictAll(fresh, models[0] as readonly number[])))
        .value ?? Number.NaN;
    const difference = risk(globals) - risk(owns);
    const isOwnBetter = world.metric === 'rmse' ? difference > 0 : difference < 0;
    return { comparison, difference, isOwnBetter, isPlanted: isPlanted(i) };
  });
  const partitions = compared.map(({ comparison }, i) => ({ ...choosable(`${i}`), comparison }));
  const ownedBy = (rule: TieRule): readonly boolean[] =>
    chooseModels(partitions, digestBytes('global'), new Map(), rule).map(
      (choice) => choice.verdict === 'own',
    );
  const isOwn = ownedBy(ties);
  /** Mean over the partitions of what is lost where the other one would have been better. */
  const lossBy = (rule: TieRule): number =>
    ownedBy(rule).reduce((sum, own, i) => {
      const { difference, isOwnBetter } = compared[i] as (typeof compared)[number];
      return own === isOwnBetter ? sum : sum + Math.abs(difference) / PARTITIONS;
    }, 0);
  const count = (holds: (one: (typeof compared)[number], i: number) => boolean): number =>
    compared.filter(holds).length;
  const costs = compared.filter((one) => one.isPlanted).map(({ difference }) => difference);
  return {
    /** Median of what the global model's score loses in planted partitions, on fresh rows. */
    cost: costs.sort((a, b) => a - b)[costs.length >> 1] as number,
    nulls: count(({ isOwnBetter }) => !isOwnBetter),
    falseOwn: count(({ isOwnBetter }, i) => !isOwnBetter && (isOwn[i] as boolean)),
    planted: count((one) => one.isPlanted),
    found: count(({ isPlanted: one }, i) => one && (isOwn[i] as boolean)),
    losses: { simpler: lossBy('simpler'), pooled: lossBy('pooled') },
  };
}

function tableOf(draws: Draws, count: number, target: (x: readonly number[]) => number): Table {
  const x = Array.from({ length: FEATURES }, () => new Float64Array(count));
  const y = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const row = x.map((column) => {
      column[i] = draws.normal();
      return column[i] as number;
    });
    y[i] = target(row);
  }
  return { x, y };
}

function foldOf(table: Table, holds: (row: number) => boolean): Table {
  const pick = (values: Float64Array): Float64Array => values.filter((_, row) => holds(row));
  return { x: table.x.map(pick), y: pick(table.y) };
}

/** Intercept and slopes by the normal equations. */
function fitLeastSquares(tables: readonly Table[]): readonly number[] {
  const width = FEATURES + 1;
  const sums = Array.from({ length: width }, () => new Float64Array(width + 1));
  for (const { x, y } of tables) {
    for (let i = 0; i < y.length; i++) {
      const row = [1, ...x.map((column) => column[i] as number), y[i] as number];
      for (let a = 0; a < width; a++)
        for (let b = 0; b <= width; b++)
          (sums[a] as Float64Array)[b] =
            (sums[a]?.[b] as number) + (row[a] as number) * (row[b] as number);
    }
  }
  return eliminate(sums);
}

function eliminate(sums: readonly Float64Array[]): readonly number[] {
  for (const [pivot, row] of sums.entries()) {
    const scale = row[pivot] as number;
    row.forEach((value, k) => {
      row[k] = value / scale;
    });
    for (const [i, other] of sums.entries()) {
      const factor = other[pivot] as number;
      if (i !== pivot)
        other.forEach((value, k) => {
          other[k] = value - factor * (row[k] as number);
        });
    }
  }
  return sums.map((row) => row.at(-1) as number);
}

function predictAll({ x, y }: Table, model: readonly number[]): Float64Array {
  return y.map(
    (_, i) =>
      (model[0] as number) +
      dot(
        x.map((column) => column[i] as number),
        model.slice(1),
      ),
  );
}

function predictOutOfFold(table: Table, models: readonly (readonly number[])[]): Float64Array {
  const byFold = models.map((model) => predictAll(table, model));
  return table.y.map((_, i) => byFold[i % FOLDS]?.[i] as number);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, k) => sum + value * (b[k] as number), 0);
}
