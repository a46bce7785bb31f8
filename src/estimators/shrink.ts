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

/** So many standard errors behind the best, and the simpler is taken. */
const ALLOWED = 1;
/** The simplest first: the other model alone, whatever the partition says. */
const HALVES = [Number.POSITIVE_INFINITY, 256, 128, 64, 32, 16, 8, 4, 2, 1, 0];
const PULLS = [Number.POSITIVE_INFINITY, 256, 64, 16, 4];
const STEEPNESSES = [1, 2, 4];
const PRIORS: readonly Prior[] = PULLS.flatMap((pull) =>
  STEEPNESSES.flatMap((steepness) => HALVES.map((half) => ({ half, steepness, pull }))),
);
const FIXED_PRIORS = PRIORS.filter(({ pull }) => pull === Number.POSITIVE_INFINITY);

/**
 * Empirical Bayes over partitions that are too small to speak for themselves. The squared error of w·own + (1 − w)·other
 * is Σo² − 2w·Σc + w²·Σs, so every partition has its best w in closed form, drawn towards what its number of rows lets
 * expect; how far, and what that is, are what predicts held-out folds best over all partitions (Efron and Morris 1973;
 * stacking: Wolpert 1992), the simplest within a standard error (Breiman et al. 1984). Folds judge models of fewer rows
 * than the one that answers, which matters where there are few: its weight is what the learned curve makes of it. A
 * partition without any row has weight 0. Cost: partitions × folds² × priors.
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

/** The weight of every partition by all folds but one (null: by all), prior included. */
function weightsOf(pool: readonly Pooled[], left: number | null): readonly number[] {
  const known = pool.map(({ folds, whole }) => ({
    whole,
    folds: folds.filter(({ fold }) => fold !== left),
  }));
  const scale = meanSquare(known);
  const prior = bestPrior(known, scale);
  return known.map(({ folds, whole }) => {
    const all = sumOf(folds);
    const trained = folds.length === 0 ? 0 : whole.rows - all.rows / folds.length;
    const judged = weightOf(all, trained, scale, prior);
    // What judges a left-out fold was trained without it, as what its weight was learned from.
    const weight = left === null ? grown(judged, whole.rows / trained, prior) : judged;
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
 * The simplest whose errors on held-out folds are no more than a standard error, over the partitions, behind the best.
 * With one fold nothing can be held out, and only the prior's expectation is looked for.
 */
function bestPrior(known: readonly Pooled[], scale: number): Prior {
  const folds = new Set(known.flatMap((one) => one.folds.map(({ fold }) => fold)));
  const priors = folds.size > 1 ? PRIORS : FIXED_PRIORS;
  const errors = priors.map((prior) => known.map((one) => errorOf(one, scale, prior)));
  const sums = errors.map(sum);
  const best = errors[sums.indexOf(Math.min(...sums))] as readonly number[];
  const simplest = errors.findIndex((ofPrior) => {
    const behind = ofPrior.map((error, i) => error - (best[i] as number));
    const mean = sum(behind) / behind.length;
    const spread = sum(behind.map((one) => (one - mean) ** 2));
    return sum(behind) <= ALLOWED * Math.sqrt(spread);
  });
  return priors[Math.max(0, simplest)] as Prior;
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
