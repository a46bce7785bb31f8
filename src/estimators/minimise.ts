import type { Factor } from './cholesky.ts';
import { solveInto } from './cholesky.ts';

/** A smooth convex function of `size` numbers. */
export type Objective = {
  readonly size: number;
  /** The value at `w`; writes the gradient. */
  evaluateInto(w: Float64Array, gradient: Float64Array): number;
  /** Applies an approximate inverse of the second derivatives at the point evaluated last. */
  curvature(): Curvature;
};

export type Curvature = {
  /** Replaces a gradient by the inverse curvature times it. */
  solveInto(gradient: Float64Array): void;
  /** Worth computing again as the point moves. */
  readonly isExact: boolean;
};

export function exactCurvature(factor: Factor): Curvature {
  return { isExact: true, solveInto: (gradient) => solveInto(factor, gradient) };
}

export function diagonalCurvature(diagonal: Float64Array): Curvature {
  return {
    isExact: false,
    solveInto: (gradient) => {
      for (let i = 0; i < gradient.length; i++)
        gradient[i] = (gradient[i] as number) / (diagonal[i] as number);
    },
  };
}

/** Pairs of (step, change of gradient) kept. */
const MEMORY = 8;
/** Steps before second derivatives are taken anew: they cost about as much as this many gradients. */
const REFRESH = 5;

/**
 * L-BFGS (Nocedal, 1980) in the metric of the objective's curvature: a few steps per Hessian instead of one. Ends when
 * the expected decrease, half the squared Newton decrement, falls below `tolerance`. Changes `w` in place.
 */
export function minimiseInto(
  objective: Objective,
  tolerance: number,
  maxSteps: number,
  w: Float64Array,
): void {
  const { size } = objective;
  let gradient = new Float64Array(size);
  let nextGradient = new Float64Array(size);
  let value = objective.evaluateInto(w, gradient);
  let curvature = objective.curvature();
  let pairs: Pair[] = [];
  for (let step = 0; step < maxSteps; step++) {
    const direction = directionOf(gradient, pairs, curvature);
    const slope = innerProduct(gradient, direction);
    if (!(slope < -2 * tolerance)) {
      if (slope < 0) addScaledInto(1, direction, w);
      return;
    }
    const next = searchLine(objective, { w, value, direction, slope }, nextGradient);
    if (next === undefined) return;
    const change = nextGradient.map((number, i) => number - (gradient[i] as number));
    w.set(next.w);
    value = next.value;
    [gradient, nextGradient] = [nextGradient, gradient];
    if (curvature.isExact && step % REFRESH === REFRESH - 1) {
      curvature = objective.curvature();
      pairs = [];
    } else pairs = remember(pairs, next.move, change);
  }
}

type Pair = {
  readonly move: Float64Array;
  readonly change: Float64Array;
  readonly product: number;
};

function remember(pairs: Pair[], move: Float64Array, change: Float64Array): Pair[] {
  const product = innerProduct(move, change);
  return product > 0 ? [...pairs, { move, change, product }].slice(-MEMORY) : pairs;
}

/** The two loops of L-BFGS. */
function directionOf(
  gradient: Float64Array,
  pairs: readonly Pair[],
  curvature: Curvature,
): Float64Array {
  const direction = gradient.map((number) => -number);
  const factors = new Float64Array(pairs.length);
  for (let p = pairs.length - 1; p >= 0; p--) {
    const { move, change, product } = pairs[p] as Pair;
    factors[p] = innerProduct(move, direction) / product;
    addScaledInto(-(factors[p] as number), change, direction);
  }
  curvature.solveInto(direction);
  pairs.forEach(({ move, change, product }, p) => {
    const factor = innerProduct(change, direction) / product;
    addScaledInto((factors[p] as number) - factor, move, direction);
  });
  return direction;
}

type Line = {
  readonly w: Float64Array;
  readonly value: number;
  readonly direction: Float64Array;
  readonly slope: number;
};

/** The first of 1, and then shorter steps, that lowers the value enough (Armijo); undefined when rounding hides it. */
function searchLine(objective: Objective, line: Line, gradient: Float64Array) {
  const { w, value, direction, slope } = line;
  const rounding = 1e-14 * Math.abs(value);
  let length = 1;
  for (let attempt = 0; attempt < 40; attempt++) {
    const move = direction.map((number) => length * number);
    const next = w.map((number, i) => number + (move[i] as number));
    const nextValue = objective.evaluateInto(next, gradient);
    if (nextValue <= value + 1e-4 * length * slope + rounding)
      return { w: next, move, value: nextValue };
    // The least of the parabola through value, slope and the failed step, kept between a tenth and a half.
    const fitted = (-slope * length) / (2 * ((nextValue - value) / length - slope));
    length *= Math.min(0.5, Math.max(0.1, Number.isFinite(fitted) ? fitted / length : 0.1));
  }
  return undefined;
}

function innerProduct(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function addScaledInto(factor: number, from: Float64Array, to: Float64Array): void {
  for (let i = 0; i < to.length; i++) to[i] = (to[i] as number) + factor * (from[i] as number);
}
