import { logarithm } from '../../estimators/elementary.ts';
import type { MapArgs } from '../../spec/map.ts';
import { numbersOf, orNull } from './columns.ts';
import { normalShare } from './distributions.ts';
import { fitNested } from './least-squares-fits.ts';
import { partitionFunction } from './row-function.ts';

type Regression = MapArgs<'adf'>['regression'];

/**
 * One row for each number: t of the level in Δyₜ = trend + ρ yₜ₋₁ + Σ γᵢ Δyₜ₋ᵢ, and how likely a t as low is where there
 * is a unit root (small: stationary). Rows without a value are left out.
 */
export const adf = partitionFunction({
  output: {
    column: 'text',
    rows: 'integer',
    statistic: 'number',
    p_value: 'number',
    lags: 'integer',
    critical_1: 'number',
    critical_5: 'number',
    critical_10: 'number',
  },
  apply(partition, args: MapArgs<'adf'>) {
    const tested = numbersOf(partition, args.columns);
    return tested.map(({ name, values }) => {
      const present = values.filter(Number.isFinite);
      return { column: name, rows: present.length, ...dickeyFuller(present, args) };
    });
  },
});

const UNTESTED = {
  statistic: null,
  p_value: null,
  lags: null,
  critical_1: null,
  critical_5: null,
  critical_10: null,
};

/** Too short or constant a series can't be tested. */
export function dickeyFuller(
  y: Float64Array,
  {
    regression,
    lags: criterion,
    max_lag: asked,
  }: Pick<MapArgs<'adf'>, 'regression' | 'lags' | 'max_lag'>,
) {
  // One row more than coefficients at least: a fit without error would tell nothing.
  const most = Math.min(
    Math.floor(y.length / 2) - TRENDS[regression] - 1,
    Math.floor((y.length - TRENDS[regression] - 3) / 2),
  );
  const maxLag = Math.min(most, asked ?? schwertLag(y.length));
  if (maxLag < 0 || y.every((value) => value === y[0])) return UNTESTED;
  const lags = criterion === 'fixed' ? maxLag : bestLag(y, regression, maxLag, criterion);
  const { columns, target } = regressors(y, regression, lags);
  const [level, ...others] = columns.slice(TRENDS[regression]) as [Float64Array, ...Float64Array[]];
  const trends = columns.slice(0, TRENDS[regression]);
  const { lastT, rowCount } = fitNested([...trends, ...others, level], target);
  if (!Number.isFinite(lastT)) return UNTESTED;
  const [at1, at5, at10] = CRITICAL[regression].map((terms) => polynomial(terms, 1 / rowCount));
  return {
    statistic: lastT,
    p_value: orNull(mackinnonShare(lastT, regression)),
    lags,
    critical_1: at1 as number,
    critical_5: at5 as number,
    critical_10: at10 as number,
  };
}

/** Columns of the trend: none, a constant, a constant and a line. */
const TRENDS: { readonly [regression in Regression]: number } = { n: 0, c: 1, ct: 2 };

/** 12 (n ÷ 100)^¼, rounded up (Schwert 1989). */
function schwertLag(rows: number): number {
  return Math.ceil(12 * Math.sqrt(Math.sqrt(rows / 100)));
}

/** The lag of the least information criterion, all fits on the same rows; the fewer lags of equals. */
function bestLag(
  y: Float64Array,
  regression: Regression,
  maxLag: number,
  criterion: 'aic' | 'bic',
): number {
  const { columns, target } = regressors(y, regression, maxLag);
  const { residuals, rowCount } = fitNested(columns, target);
  const penalty = criterion === 'aic' ? 2 : logarithm(rowCount);
  let [best, least] = [0, Number.POSITIVE_INFINITY];
  for (let lag = 0; lag <= maxLag; lag++) {
    const count = TRENDS[regression] + 1 + lag;
    const value = rowCount * logarithm((residuals[count] as number) / rowCount) + penalty * count;
    if (value < least) [best, least] = [lag, value];
  }
  return best;
}

/** Trend, level and lagged differences, in this order; as many rows as have all lags. */
function regressors(
  y: Float64Array,
  regression: Regression,
  lags: number,
): { readonly columns: readonly Float64Array[]; readonly target: Float64Array } {
  const rows = y.length - 1 - lags;
  const valueAt = (i: number) => y[i] as number;
  const made = (value: (row: number) => number) =>
    Float64Array.from({ length: rows }, (_, row) => value(row));
  const difference = (row: number) => valueAt(row + 1) - valueAt(row);
  const trends = [made(() => 1), made((row) => row + 1)].slice(0, TRENDS[regression]);
  const lagged = Array.from({ length: lags }, (_, lag) =>
    made((row) => difference(row + lags - lag - 1)),
  );
  return {
    columns: [...trends, made((row) => valueAt(row + lags)), ...lagged],
    target: made((row) => difference(row + lags)),
  };
}

/**
 * Approximate distribution of the statistic where there is a unit root: the normal share of a polynomial of it
 * (MacKinnon 1994, one variable).
 */
function mackinnonShare(t: number, regression: Regression): number {
  const { least, border, most, below, above } = SHARES[regression];
  if (t > most) return 1;
  if (t < least) return 0;
  return normalShare(polynomial(t <= border ? below : above, t));
}

function polynomial(terms: readonly number[], x: number): number {
  return terms.reduceRight((sum, term) => sum * x + term, 0);
}

const SHARES: {
  readonly [regression in Regression]: {
    readonly least: number;
    readonly border: number;
    readonly most: number;
    /** Coefficients from the constant up, below and above the border. */
    readonly below: readonly number[];
    readonly above: readonly number[];
  };
} = {
  n: {
    least: -19.04,
    border: -1.04,
    most: Number.POSITIVE_INFINITY,
    below: [0.6344, 1.2378, 0.032496],
    above: [0.4797, 0.93557, -0.06999, 0.033066],
  },
  c: {
    least: -18.83,
    border: -1.61,
    most: 2.74,
    below: [2.1659, 1.4412, 0.038269],
    above: [1.7339, 0.93202, -0.12745, -0.010368],
  },
  ct: {
    least: -16.18,
    border: -2.89,
    most: 0.7,
    below: [3.2512, 1.6047, 0.049588],
    above: [2.5261, 0.61654, -0.37956, -0.060285],
  },
};

/** Critical values at 1, 5 and 10 %: polynomials in 1 ÷ rows (MacKinnon 2010, one variable). */
const CRITICAL: { readonly [regression in Regression]: readonly (readonly number[])[] } = {
  n: [
    [-2.56574, -2.2358, -3.627, 0],
    [-1.941, -0.2686, -3.365, 31.223],
    [-1.61682, 0.2656, -2.714, 25.364],
  ],
  c: [
    [-3.43035, -6.5393, -16.786, -79.433],
    [-2.86154, -2.8903, -4.234, -40.04],
    [-2.56677, -1.5384, -2.809, 0],
  ],
  ct: [
    [-3.95877, -9.0531, -28.428, -134.155],
    [-3.41049, -4.3904, -9.036, -45.374],
    [-3.12705, -2.5856, -3.925, -22.38],
  ],
};
