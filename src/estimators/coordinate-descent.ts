import { factorise, nullVector, solveInto } from './cholesky.ts';

/** ½ vᵀPv − cᵀv + Σ l1 · |v|, P symmetric and positive semidefinite. */
export type SparseQuadratic = {
  /** P: size × size. */
  readonly products: Float64Array;
  /** c. */
  readonly projections: Float64Array;
  /** One non-negative number per unknown. */
  readonly l1: Float64Array;
};

/** What a solver knows after a round over all unknowns. */
export type Descent = {
  readonly v: Float64Array;
  /** c − Pv. */
  readonly rest: Float64Array;
  /** The most that moving one unknown took off, twice. */
  readonly gain: number;
};

/**
 * Coordinate descent (Friedman, Hastie and Tibshirani, 2010) from `v` on until `isDone` or `maxRounds`; O(size) for each
 * unknown that moves. After a round that changed no sign, the unknowns that are not 0 are solved for together: exact at
 * once where columns are near copies and rounds would be many. `poll` is called once per round. Changes `v` in place.
 */
export function descendInto(
  problem: SparseQuadratic,
  {
    maxRounds,
    isDone,
    poll,
  }: {
    readonly maxRounds: number;
    readonly isDone: (descent: Descent) => boolean;
    readonly poll: () => void;
  },
  v: Float64Array,
): void {
  let rest = restOf(problem, v);
  for (let round = 0; round < maxRounds; round++) {
    poll();
    const signs = v.map(Math.sign);
    const gain = goRoundInto(problem, v, rest);
    if (isDone({ v, rest, gain })) return;
    if (!v.every((value, j) => Math.sign(value) === signs[j])) continue;
    const solved = solveSupport(problem, v, poll);
    const restThere = restOf(problem, solved);
    if (valueAt(problem, solved, restThere) > valueAt(problem, v, rest)) continue;
    v.set(solved);
    rest = restThere;
  }
}

/** Moves each unknown in turn to where the others want it; answers the largest gain. */
function goRoundInto(
  { products, l1 }: SparseQuadratic,
  v: Float64Array,
  rest: Float64Array,
): number {
  const size = v.length;
  let gain = 0;
  for (let j = 0; j < size; j++) {
    const row = j * size;
    const curvature = products[row + j] as number;
    const old = v[j] as number;
    if (curvature <= 0) continue;
    const next = shrink((rest[j] as number) + curvature * old, l1[j] as number) / curvature;
    const move = next - old;
    if (move === 0) continue;
    v[j] = next;
    for (let k = 0; k < size; k++)
      rest[k] = (rest[k] as number) - move * (products[row + k] as number);
    gain = Math.max(gain, curvature * move * move);
  }
  return gain;
}

/** Nearer to 0 by `amount`, at most up to it. */
function shrink(value: number, amount: number): number {
  return Math.sign(value) * Math.max(0, Math.abs(value) - amount) + 0;
}

function restOf({ products, projections }: SparseQuadratic, v: Float64Array): Float64Array {
  const rest = projections.slice();
  v.forEach((value, j) => {
    if (value === 0) return;
    const row = j * v.length;
    for (let k = 0; k < v.length; k++)
      rest[k] = (rest[k] as number) - value * (products[row + k] as number);
  });
  return rest;
}

function valueAt(
  { projections, l1 }: SparseQuadratic,
  v: Float64Array,
  rest: Float64Array,
): number {
  let value = 0;
  for (let j = 0; j < v.length; j++) {
    const linear = (projections[j] as number) + (rest[j] as number);
    value += (l1[j] as number) * Math.abs(v[j] as number) - (linear * (v[j] as number)) / 2;
  }
  return value;
}

/**
 * The minimum among the unknowns that are not 0, with their signs: those that reach 0 on the way to it stay there and the
 * others go on (feature-sign search, Lee et al., 2007).
 */
function solveSupport(
  problem: SparseQuadratic,
  from: Float64Array,
  poll: () => void,
): Float64Array {
  const v = from.slice();
  for (;;) {
    const support = [...v.keys()].filter((j) => v[j] !== 0);
    const { direction, length } = stepOn(support, problem, v, poll);
    support.forEach((j, a) => {
      const [now, step] = [v[j] as number, direction[a] as number];
      const stops = now * step < 0 && -now / step <= length;
      v[j] = stops ? 0 : now + length * step;
    });
    if (support.every((j) => v[j] !== 0)) return v;
  }
}

type Step = {
  readonly direction: Float64Array;
  /** 1 = to the minimum with these signs; less where a sign would change on the way. */
  readonly length: number;
};

/** From the unknowns of the support towards their minimum with these signs. */
function stepOn(
  support: readonly number[],
  { products, projections, l1 }: SparseQuadratic,
  v: Float64Array,
  poll: () => void,
): Step {
  const size = support.length;
  const matrix = new Float64Array(size * size);
  const pull = new Float64Array(size);
  let largest = 0;
  support.forEach((j, a) => {
    let rest = (projections[j] as number) - Math.sign(v[j] as number) * (l1[j] as number);
    support.forEach((k, b) => {
      const product = products[j * v.length + k] as number;
      matrix[a * size + b] = product;
      rest -= product * (v[k] as number);
    });
    pull[a] = rest;
    largest = Math.max(largest, Math.abs(projections[j] as number));
  });
  const now = Float64Array.from(support, (j) => v[j] as number);
  const factor = factorise(matrix, size, poll);
  const dependent = factor.diagonal.indexOf(0);
  if (dependent >= 0) return flatStep(nullVector(factor, dependent), now, pull, largest);
  solveInto(factor, pull);
  return { direction: pull, length: Math.min(1, roomOf(now, pull)) };
}

/** Where the quadratic is flat, downhill, or to whatever sign changes first, until one changes. */
function flatStep(
  flat: Float64Array,
  now: Float64Array,
  pull: Float64Array,
  largest: number,
): Step {
  const size = flat.reduce((most, step) => Math.max(most, Math.abs(step)), 0);
  const forth = flat.map((step) => (Math.abs(step) <= ROUNDING * size ? 0 : step));
  const back = forth.map((step) => -step);
  const slope = forth.reduce((sum, step, a) => sum + step * (pull[a] as number), 0);
  const [room, roomBack] = [roomOf(now, forth), roomOf(now, back)];
  const isLevel = Math.abs(slope) <= ROUNDING * size * largest;
  const goesForth = isLevel ? room <= roomBack : slope > 0;
  const length = goesForth ? room : roomBack;
  // Downhill without end is rounding: the objective has a minimum.
  return { direction: goesForth ? forth : back, length: Number.isFinite(length) ? length : 0 };
}

/** Shares below this are rounding. */
const ROUNDING = 1e-11;

/** How far along a direction all signs hold; Infinity where none changes. */
function roomOf(now: Float64Array, direction: Float64Array): number {
  return direction.reduce((least, step, a) => {
    const from = now[a] as number;
    return from * step < 0 ? Math.min(least, -from / step) : least;
  }, Number.POSITIVE_INFINITY);
}
