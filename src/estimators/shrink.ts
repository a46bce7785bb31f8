import { exponential } from './elementary.ts';

/** Sums over the rows of one fold that two models have not seen, weighted as the rows are; of classes over all probabilities. */
export type FoldErrors = {
  readonly fold: number;
  readonly rows: number;
  /** Σ (other − own)². */
  readonly square: number;
  /** Σ (other − truth)·(other − own): positive where moving towards the own model helps. */
  readonly cross: number;
  /** Σ (other − truth)². */
  readonly other: number;
};

/** How much of the own model answers, from 0 to 1 in hundredths; the other one has the rest. */
export type Shrunk = {
  readonly weight: number;
  /** By fold, the same without what that fold says: for judging the rows of it. */
  readonly withoutFold: readonly number[];
};

/**
 * What is expected of a partition before it is looked at, and how long that holds. `half`: of so many rows the own model
 * is worth as much as the other one; `steepness`: twice the rows make it worth 2^steepness times as much; `pull`: so many
 * rows of its own outweigh the expectation.
 */
type Prior = { readonly half: number; readonly steepness: number; readonly pull: number };

const HALVES = [Number.POSITIVE_INFINITY, 256, 128, 64, 32, 16, 8, 4, 2, 1, 0];
const STEEPNESSES = [1, 2, 4];
/**
 * Few rows say nothing sound of themselves: each fold's model has learned from the rows of the others, so that a weight
 * which one fold likes, the others of the same partition like too, whether it is right or not.
 */
const PULLS = [Number.POSITIVE_INFINITY, 256];
const PRIORS: readonly Prior[] = PULLS.flatMap((pull) =>
  STEEPNESSES.flatMap((steepness) => HALVES.map((half) => ({ half, steepness, pull }))),
);
const FIXED_PRIORS = PRIORS.filter(({ pull }) => pull === Number.POSITIVE_INFINITY);
/** In mean squared errors of a row: 4 where rows are independent (Leung and Barron 2006); twice that, as rows of a partition are not. */
const TEMPERATURE = 8;
/** A prior that counts for less than this share changes no hundredth. */
const LEAST_SHARE = 1e-6;

/**
 * Empirical Bayes over partitions that are too small to speak for themselves. The squared error of w·own + (1 − w)·other
 * is Σo² − 2w·Σc + w²·Σs, so every prior has its error on held-out folds in closed form. Variance components of the pool
 * make w a curve of the number of rows, n ÷ (n + half) where errors of own models fall as 1 ÷ n (Efron and Morris 1973),
 * steeper where few rows give no model at all. Instead of the best curve all are averaged, by exp(−Σerrors ÷ temperature):
 * choosing one of many follows noise, the average is never much worse than the best of them (Leung and Barron 2006).
 * Folds judge models of fewer rows than the one that answers, which matters where there are few: its weight is what the
 * curve makes of it. A partition without any row has weight 0. Cost: partitions × folds² × priors.
 */
export function shrink(partitions: readonly (readonly FoldErrors[])[]): readonly Shrunk[] {
  const pool = partitions.map((folds) => ({ folds, whole: sumOf(folds) }));
  const foldCount = pool.reduce((most, { folds }) => Math.max(most, ...folds.map(after)), 0);
  const weights = weightsOf(pool, null);
  const without = Array.from({ length: foldCount }, (_, fold) => weightsOf(pool, fold));
  return pool.map((_, i) => ({
    weight: weights[i] as number,
    withoutFold: without.map((ofFold) => ofFold[i] as number),
  }));
}

type Sums = Omit<FoldErrors, 'fold'>;
type Pooled = { readonly folds: readonly FoldErrors[]; readonly whole: Sums };

const after = ({ fold }: FoldErrors): number => fold + 1;
const NOTHING: Sums = { rows: 0, square: 0, cross: 0, other: 0 };

function sumOf(folds: readonly Sums[]): Sums {
  return folds.reduce(
    (sum, one) => ({
      rows: sum.rows + one.rows,
      square: sum.square + one.square,
      cross: sum.cross + one.cross,
      other: sum.other + one.other,
    }),
    NOTHING,
  );
}

/** The weight of every partition by all folds but one (null: by all), averaged over the priors. */
function weightsOf(pool: readonly Pooled[], left: number | null): readonly number[] {
  const known = pool.map(({ folds, whole }) => ({
    whole,
    folds: folds.filter(({ fold }) => fold !== left),
  }));
  const scale = meanSquare(known);
  const priors = weighedPriors(known, scale);
  return known.map(({ folds, whole }) => {
    const all = sumOf(folds);
    const trained = folds.length === 0 ? 0 : whole.rows - all.rows / folds.length;
    // What judges a left-out fold was trained without it, as what its weight was learned from.
    const times = left === null ? whole.rows / trained : 1;
    const weight = sum(
      priors.map(
        ({ prior, share }) => share * grown(weightOf(all, trained, scale, prior), times, prior),
      ),
    );
    return Math.round(100 * weight) / 100;
  });
}

/** The weight of a model that has learned from `times` as many rows. */
function grown(weight: number, times: number, { steepness }: Prior): number {
  if (weight <= 0 || weight >= 1 || !Number.isFinite(times)) return weight;
  const odds = (weight / (1 - weight)) * power(times, steepness);
  return odds / (1 + odds);
}

/**
 * Priors with their shares in the average, by their errors on held-out folds. With one fold nothing can be held out, and
 * only expectations are weighed.
 */
function weighedPriors(known: readonly Pooled[], scale: number) {
  const folds = new Set(known.flatMap((one) => one.folds.map(({ fold }) => fold)));
  const priors = folds.size > 1 ? PRIORS : FIXED_PRIORS;
  const errors = priors.map((prior) => sum(known.map((one) => errorOf(one, scale, prior))));
  const least = Math.min(...errors);
  const { rows } = sumOf(known.flatMap((one) => one.folds));
  const unit = (TEMPERATURE * least) / rows;
  const likelihoods = errors.map((error) =>
    unit > 0 ? exponential((least - error) / unit) : Number(error === least),
  );
  const all = sum(likelihoods);
  const shares = likelihoods.map((likelihood) => likelihood / all);
  return priors
    .map((prior, i) => ({ prior, share: shares[i] as number }))
    .filter(({ share }) => share >= LEAST_SHARE);
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}

/** Of all held-out rows; each fold by the weight of the others. */
function errorOf({ folds, whole }: Pooled, scale: number, prior: Prior): number {
  const all = sumOf(folds);
  let error = 0;
  for (const fold of folds) {
    const weight = weightOf(minus(all, fold), whole.rows - fold.rows, scale, prior);
    error += fold.other - 2 * weight * fold.cross + weight ** 2 * fold.square;
  }
  return error;
}

/** `trained`: rows that the own model has learned from. */
function weightOf(
  { square, cross }: Sums,
  trained: number,
  scale: number,
  { half, steepness, pull }: Prior,
): number {
  if (trained === 0) return 0;
  const odds = power(trained / half, steepness);
  const expected = odds === Number.POSITIVE_INFINITY ? 1 : odds / (1 + odds);
  const strength = pull * scale;
  // Also where the two models say the same everywhere.
  if (strength === Number.POSITIVE_INFINITY || square + strength === 0 || Number.isNaN(strength))
    return expected;
  return Math.min(1, Math.max(0, (cross + strength * expected) / (square + strength)));
}

/** `exponent`: 1, 2 or 4; by multiplication, which is the same on every machine. */
function power(base: number, exponent: number): number {
  let product = base;
  for (let power = 1; power < exponent; power *= 2) product *= product;
  return product;
}

function minus(all: Sums, one: Sums): Sums {
  return {
    rows: all.rows - one.rows,
    square: all.square - one.square,
    cross: all.cross - one.cross,
    other: all.other - one.other,
  };
}

/** (other − own)² of a row, over all partitions. */
function meanSquare(known: readonly Pooled[]): number {
  const { square, rows } = sumOf(known.flatMap(({ folds }) => folds));
  return rows === 0 ? 0 : square / rows;
}
