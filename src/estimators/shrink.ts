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
 * is worth as much as the other one; `pull`: so many rows of its own outweigh the expectation.
 */
type Prior = { readonly half: number; readonly pull: number };

/** The simplest first: the other model alone, whatever the partition says. */
const HALVES = [Number.POSITIVE_INFINITY, 256, 128, 64, 32, 16, 8, 4, 2, 1, 0];
const PULLS = [Number.POSITIVE_INFINITY, 256, 64, 16, 4];
const PRIORS: readonly Prior[] = PULLS.flatMap((pull) => HALVES.map((half) => ({ half, pull })));
const FIXED_PRIORS = PRIORS.filter(({ pull }) => pull === Number.POSITIVE_INFINITY);

/**
 * Empirical Bayes over partitions that are too small to speak for themselves. The squared error of w·own + (1 − w)·other
 * is Σo² − 2w·Σc + w²·Σs, so every partition has its best w in closed form, drawn towards what rows ÷ (rows + half) says;
 * how far, and which half, are what predicts held-out folds best over all partitions (Efron and Morris 1973; stacking:
 * Wolpert 1992). A partition without any row has weight 0. Cost: partitions × folds² × priors.
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
    // What judges a left-out fold was trained without it.
    const trained = left === null ? whole.rows : sumOf(folds).rows;
    return Math.round(100 * weightOf(sumOf(folds), trained, scale, prior)) / 100;
  });
}

/** The first of the best on held-out folds: of equal ones the simplest. With one fold nothing can be held out, and only the prior's one number is looked for. */
function bestPrior(known: readonly Pooled[], scale: number): Prior {
  const folds = new Set(known.flatMap((one) => one.folds.map(({ fold }) => fold)));
  const isCrossed = folds.size > 1;
  const [simplest, ...others] = isCrossed ? PRIORS : FIXED_PRIORS;
  let best = simplest as Prior;
  let least = errorOf(known, scale, best);
  for (const prior of others) {
    const error = errorOf(known, scale, prior);
    if (error >= least) continue;
    best = prior;
    least = error;
  }
  return best;
}

/** Of all held-out rows; each fold by the weight of the others. */
function errorOf(known: readonly Pooled[], scale: number, prior: Prior): number {
  let error = 0;
  for (const { folds, whole } of known) {
    const all = sumOf(folds);
    for (const fold of folds) {
      const others = minus(all, fold);
      const weight = weightOf(others, whole.rows - fold.rows, scale, prior);
      error += fold.other - 2 * weight * fold.cross + weight ** 2 * fold.square;
    }
  }
  return error;
}

/** `trained`: rows that the own model has learned from. */
function weightOf(
  { square, cross }: Sums,
  trained: number,
  scale: number,
  { half, pull }: Prior,
): number {
  if (trained === 0) return 0;
  const expected = half === Number.POSITIVE_INFINITY ? 0 : trained / (trained + half);
  const strength = pull * scale;
  // Also where the two models say the same everywhere.
  if (strength === Number.POSITIVE_INFINITY || square + strength === 0 || Number.isNaN(strength))
    return expected;
  return Math.min(1, Math.max(0, (cross + strength * expected) / (square + strength)));
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
