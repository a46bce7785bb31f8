/** A smooth convex function of `size` numbers. */
export type Objective = {
  readonly size: number;
  readonly gradientInto: (w: Float64Array, gradient: Float64Array) => void;
  /** The second derivatives to go by from this step on, at the point of the last gradient; undefined = as before. Step 0 has some. */
  readonly curvatureAt: (step: number) => Curvature | undefined;
};

export type Curvature = {
  /** Replaces a gradient by the inverse of the second derivatives, or of something like them, times it. */
  solveInto(gradient: Float64Array): void;
};

/** Pairs of (step, change of gradient) kept. */
const MEMORY = 10;

/**
 * L-BFGS (Nocedal, 1980) in the metric of the objective's curvature: several steps per Hessian instead of one. Ends when
 * the expected decrease, half the squared Newton decrement, falls below `tolerance`. Changes `w` in place.
 */
export function minimiseInto(
  objective: Objective,
  tolerance: number,
  maxSteps: number,
  w: Float64Array,
): void {
  let gradient = new Float64Array(objective.size);
  let nextGradient = new Float64Array(objective.size);
  objective.gradientInto(w, gradient);
  let curvature: Curvature | undefined;
  let pairs: readonly Pair[] = [];
  for (let step = 0; step < maxSteps; step++) {
    const newer = objective.curvatureAt(step);
    if (newer !== undefined) {
      curvature = newer;
      pairs = [];
    }
    const direction = directionOf(gradient, pairs, curvature);
    const slope = innerProduct(gradient, direction);
    if (!(slope < -2 * tolerance)) {
      if (slope < 0) addScaledInto(1, direction, w);
      return;
    }
    const move = searchLineInto(objective, { w, direction, slope }, nextGradient);
    const change = nextGradient.map((number, i) => number - (gradient[i] as number));
    pairs = remember(pairs, move, change);
    addScaledInto(1, move, w);
    [gradient, nextGradient] = [nextGradient, gradient];
  }
}

type Pair = {
  readonly move: Float64Array;
  readonly change: Float64Array;
  readonly product: number;
};

function remember(
  pairs: readonly Pair[],
  move: Float64Array,
  change: Float64Array,
): readonly Pair[] {
  const product = innerProduct(move, change);
  return product > 0 ? [...pairs, { move, change, product }].slice(-MEMORY) : pairs;
}

/** The two loops of L-BFGS. */
function directionOf(
  gradient: Float64Array,
  pairs: readonly Pair[],
  curvature: Curvature | undefined,
): Float64Array {
  const direction = gradient.map((number) => -number);
  const factors = new Float64Array(pairs.length);
  for (let p = pairs.length - 1; p >= 0; p--) {
    const { move, change, product } = pairs[p] as Pair;
    factors[p] = innerProduct(move, direction) / product;
    addScaledInto(-(factors[p] as number), change, direction);
  }
  curvature?.solveInto(direction);
  pairs.forEach(({ move, change, product }, p) => {
    const factor = innerProduct(change, direction) / product;
    addScaledInto((factors[p] as number) - factor, move, direction);
  });
  return direction;
}

export type Line = {
  readonly w: Float64Array;
  readonly direction: Float64Array;
  /** At `w`, or what lies between there and the end of the first step. */
  readonly slope: number;
  /** Σ l1 · |w| is part of what is minimised. */
  readonly l1?: Float64Array;
};

/** A step is long enough for its line's slope to have risen past nothing by at most this share of the first slope. */
const OVERSHOOT = 0.5;

/**
 * The first of 1, and then shorter steps, that does not overshoot the line's minimum by much (Hager and Zhang's
 * approximate Wolfe condition, 2005): slopes tell that where values drown in rounding. Writes the gradient there.
 */
export function searchLineInto(
  objective: Pick<Objective, 'gradientInto'>,
  { w, direction, slope, l1 }: Line,
  gradient: Float64Array,
): Float64Array {
  let move = direction;
  let length = 1;
  for (let attempt = 0; attempt < 40; attempt++) {
    const there = w.map((number, i) => number + (move[i] as number));
    objective.gradientInto(there, gradient);
    const kinks = l1 === undefined ? 0 : slopeOfSizes(l1, there, direction);
    const slopeThere = innerProduct(gradient, direction) + kinks;
    if (slopeThere <= -OVERSHOOT * slope) break;
    // Where a straight line through both slopes is 0.
    length *= Math.max(0.1, slope / (slope - slopeThere));
    move = direction.map((number) => length * number);
  }
  return move;
}

/** Of Σ l1 · |w| along a line that has come to `w`. */
function slopeOfSizes(l1: Float64Array, w: Float64Array, direction: Float64Array): number {
  return l1.reduce((sum, weight, i) => {
    const [at, step] = [w[i] as number, direction[i] as number];
    return sum + weight * (at === 0 ? -Math.abs(step) : Math.sign(at) * step);
  }, 0);
}

export function innerProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

export function addScaledInto(factor: number, from: Float64Array, to: Float64Array): void {
  for (let i = 0; i < to.length; i++) to[i] = (to[i] as number) + factor * (from[i] as number);
}
