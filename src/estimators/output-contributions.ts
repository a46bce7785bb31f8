import type { Kernels } from '../kernels/kernels.ts';
import { withKernels } from '../kernels/kernels.ts';
import type { Contributions } from './estimator.ts';
import { gaussLegendre } from './gauss-legendre.ts';
import { neverStops } from './polling.ts';

/** Of the matrix that was explained. */
type Shape = { readonly rowCount: number; readonly features: number };

/** A part of what several models say together: feature f of it counts for place `places[f]` of the whole. */
export type ContributionPart = {
  readonly given: Contributions;
  readonly weight: number;
  readonly places: Int32Array;
};

/** Σ weight · share by place: rows × outputs × `placeCount`. All parts have the scale and the outputs of the first. */
export function gatherContributions(
  parts: readonly [ContributionPart, ...ContributionPart[]],
  rowCount: number,
  placeCount: number,
): Contributions {
  const [{ given: first }] = parts;
  const outputs = first.expected.length;
  const expected = new Float64Array(outputs);
  const shares = new Float64Array(rowCount * outputs * placeCount);
  for (const { given, weight, places } of parts) {
    for (let k = 0; k < outputs; k++)
      expected[k] = (expected[k] as number) + weight * (given.expected[k] as number);
    for (let i = 0; i < rowCount * outputs; i++)
      places.forEach((place, feature) => {
        const to = i * placeCount + place;
        const share = given.shares[i * places.length + feature] as number;
        shares[to] = (shares[to] as number) + weight * share;
      });
  }
  return { ...first, expected, shares };
}

/**
 * The same on the scale of what is predicted, a value or the probability of every class (an output per code), where those
 * of several models can be averaged. Shares of values and of probabilities are what they were. Shares of scores go through
 * the link as Aumann and Shapley (1974) divide a cost: on the straight line from the expected scores to the row's, what a
 * score moves is credited to it, and so to its features in proportion (of one score: (p(s) − p(e)) ÷ (s − e) of each;
 * Chen, Lundberg and Lee 2022). `expected` is then what the expected scores predict. They add up exactly all the same.
 */
export function outputContributions(
  given: Contributions,
  shape: Shape,
  classCount: number,
): Contributions {
  switch (given.scale) {
    case 'value':
      return given;
    case 'log_mean':
      return { ...throughLink(given, shape, EXPONENTIAL), scale: 'value' };
    case 'probability':
      return ofEveryClass(given, shape, classCount);
    case 'score':
      return ofEveryClass(throughLink(given, shape, SOFTMAX), shape, classCount);
    case 'log_odds':
      return ofEveryClass(throughLink(asScores(given, shape), shape, SOFTMAX), shape, classCount);
  }
}

/** A class that the fit has not seen has nothing of it. */
function ofEveryClass(
  { classes, expected, shares }: Contributions,
  { rowCount, features }: Shape,
  classCount: number,
): Contributions {
  const spread = new Float64Array(rowCount * classCount * features);
  const means = new Float64Array(classCount);
  classes.forEach((code, k) => {
    means[code] = expected[k] as number;
    for (let row = 0; row < rowCount; row++) {
      const from = (row * classes.length + k) * features;
      spread.set(shares.subarray(from, from + features), (row * classCount + code) * features);
    }
  });
  const codes = Int32Array.from({ length: classCount }, (_, code) => code);
  return { scale: 'probability', classes: codes, expected: means, shares: spread };
}

/** Log odds are the second score where the first is always 0. */
function asScores(
  { classes, against, expected, shares }: Contributions,
  { rowCount, features }: Shape,
): Contributions {
  const both = new Float64Array(2 * rowCount * features);
  for (let row = 0; row < rowCount; row++)
    both.set(shares.subarray(row * features, (row + 1) * features), (2 * row + 1) * features);
  const codes = Int32Array.of(against as number, classes[0] as number);
  const means = Float64Array.of(0, expected[0] as number);
  return { scale: 'score', classes: codes, expected: means, shares: both };
}

/** What scores become. */
type Link = {
  /** points × outputs, row-major, where they lie. */
  readonly apply: (kernels: Kernels, at: number, points: number, outputs: number) => void;
  /** How answer `of` rises with score `by` where the answers are `answers`. */
  readonly slope: (answers: Float64Array, of: number, by: number) => number;
};

const EXPONENTIAL: Link = {
  apply: ({ calls }, at, points, outputs) => calls.exponentialInPlace(at, points * outputs),
  slope: (answers, of, by) => (of === by ? (answers[of] as number) : 0),
};
const SOFTMAX: Link = {
  apply: ({ calls }, at, points, outputs) => calls.softmaxInPlace(at, points, outputs),
  slope: (answers, of, by) =>
    (answers[of] as number) * ((of === by ? 1 : 0) - (answers[by] as number)),
};

function throughLink(
  { classes, expected, shares }: Contributions,
  { rowCount, features }: Shape,
  link: Link,
): Contributions {
  const outputs = expected.length;
  const passed = new Float64Array(shares.length);
  const moves = new Float64Array(outputs);
  for (let row = 0; row < rowCount; row++) {
    const start = row * outputs * features;
    const shareOf = (k: number, f: number) => shares[start + k * features + f] as number;
    for (let k = 0; k < outputs; k++) {
      moves[k] = 0;
      for (let f = 0; f < features; f++) moves[k] = (moves[k] as number) + shareOf(k, f);
    }
    const slopes = meanSlopes(link, expected, moves);
    for (let of = 0; of < outputs; of++)
      for (let f = 0; f < features; f++) {
        let sum = 0;
        for (let k = 0; k < outputs; k++)
          sum += (slopes[of * outputs + k] as number) * shareOf(k, f);
        passed[start + of * features + f] = sum;
      }
  }
  const scale = classes.length === 0 ? 'value' : 'probability';
  return { scale, classes, expected: answersTo(link, expected, outputs), shares: passed };
}

/** Points per piece of the line, and the most that a score moves on one: exact to the last digits then. */
const POINTS = 16;
const PIECE = 4;
const MOST_PIECES = 32;

/** Mean slopes on the line from `from` to `from + moves`: outputs × scores. Slopes · moves = what the answers move by. */
function meanSlopes(link: Link, from: Float64Array, moves: Float64Array): Float64Array {
  const outputs = from.length;
  const furthest = moves.reduce((most, move) => Math.max(most, Math.abs(move)), 0);
  const pieces = Math.min(MOST_PIECES, Math.max(1, Math.ceil(furthest / PIECE)));
  const { points, weights } = gaussLegendre(POINTS);
  const steps = pieces * POINTS;
  // The two ends stand behind the points between them.
  const scores = new Float64Array((steps + 2) * outputs);
  const placeOf = (step: number): number =>
    step < steps
      ? (Math.floor(step / POINTS) + (points[step % POINTS] as number)) / pieces
      : step - steps;
  for (let step = 0; step < steps + 2; step++)
    for (let k = 0; k < outputs; k++)
      scores[step * outputs + k] = (from[k] as number) + placeOf(step) * (moves[k] as number);
  const answers = answersTo(link, scores, outputs);
  const slopes = new Float64Array(outputs * outputs);
  for (let step = 0; step < steps; step++) {
    const here = answers.subarray(step * outputs, (step + 1) * outputs);
    const weight = (weights[step % POINTS] as number) / pieces;
    for (let i = 0; i < slopes.length; i++)
      slopes[i] =
        (slopes[i] as number) + weight * link.slope(here, Math.floor(i / outputs), i % outputs);
  }
  if (furthest > PIECE * MOST_PIECES)
    for (let of = 0; of < outputs; of++) {
      const end = answers[(steps + 1) * outputs + of] as number;
      const moved = end - (answers[steps * outputs + of] as number);
      settle(slopes.subarray(of * outputs, (of + 1) * outputs), moves, moved);
    }
  return slopes;
}

/** On a line too long for the points, divides what they miss of `moved` among the scores that move far, by what they did. */
function settle(slopes: Float64Array, moves: Float64Array, moved: number): void {
  const far = moves.map((move) => (Math.abs(move) > 1 ? move : 0));
  const credits = slopes.map((slope, k) => slope * (moves[k] as number));
  const left = moved - credits.reduce((sum, credit) => sum + credit, 0);
  const done = far.map((move, k) => Math.abs(move * (slopes[k] as number)));
  const sizes = done.some((size) => size > 0) ? done : far.map(Math.abs);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  far.forEach((move, k) => {
    if (move !== 0)
      slopes[k] = (slopes[k] as number) + (left / move) * ((sizes[k] as number) / total);
  });
}

function answersTo(link: Link, scores: Float64Array, outputs: number): Float64Array {
  return withKernels(neverStops, (kernels) => {
    const at = kernels.put(scores);
    link.apply(kernels, at, scores.length / outputs, outputs);
    return kernels.doublesAt(at, scores.length).slice();
  });
}
