import { exponential, logarithm } from '../../estimators/elementary.ts';

/** Upper tails of distributions, relative error about 1e-12. */

const EPSILON = 2 ** -53;
const TINY = 1e-300;
const MAX_TERMS = 10_000;

/** P(X > x) of χ² with `freedom` degrees of freedom. */
export function chiSquareTail(x: number, freedom: number): number {
  return x <= 0 ? 1 : gammaTail(freedom / 2, x / 2);
}

/** P(X > x) of Fisher's F with `above` and `below` degrees of freedom. */
export function fisherTail(x: number, above: number, below: number): number {
  if (x <= 0) return 1;
  if (!Number.isFinite(x)) return 0;
  return betaShare(below / (below + above * x), below / 2, above / 2);
}

/** P(Z ≤ z) of a standard normal Z. */
export function normalShare(z: number): number {
  const tail = gammaTail(0.5, (z * z) / 2) / 2;
  return z < 0 ? tail : 1 - tail;
}

/** Γ(a, x) ÷ Γ(a): a series below a + 1, a continued fraction above (Abramowitz & Stegun 6.5.29, 6.5.31). */
function gammaTail(a: number, x: number): number {
  if (x === 0) return 1;
  const scale = exponential(a * logarithm(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; n < MAX_TERMS && term > sum * EPSILON; n++) {
      term *= x / (a + n);
      sum += term;
    }
    return 1 - sum * scale;
  }
  const fraction = continuedFraction(x + 1 - a, (n) => [-n * (n - a), x + 2 * n + 1 - a]);
  return scale / fraction;
}

/** The regularised incomplete beta function I(x; a, b) (Abramowitz & Stegun 26.5.8). */
function betaShare(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  const scale = exponential(
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * logarithm(x) + b * logarithm(1 - x),
  );
  // The fraction converges fast on this side only.
  if (x > (a + 1) / (a + b + 2)) return 1 - betaShare(1 - x, b, a);
  const fraction = continuedFraction(1, (n) => {
    const m = Math.floor(n / 2);
    const factor =
      n % 2 === 0
        ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
        : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    return [factor, 1];
  });
  return scale / a / fraction;
}

/** first + a₁/(b₁ + a₂/(b₂ + …)) by the method of Lentz; `termAt(n)` gives aₙ and bₙ, n from 1. */
function continuedFraction(
  first: number,
  termAt: (n: number) => readonly [numerator: number, denominator: number],
): number {
  let value = first === 0 ? TINY : first;
  let c = value;
  let d = 0;
  for (let n = 1; n < MAX_TERMS; n++) {
    const [numerator, denominator] = termAt(n);
    d = denominator + numerator * d;
    d = 1 / (d === 0 ? TINY : d);
    c = denominator + numerator / c;
    if (c === 0) c = TINY;
    value *= c * d;
    if (Math.abs(c * d - 1) < EPSILON * 4) break;
  }
  return value;
}

/** Of x + 8, where Stirling's series to x⁻¹³ is exact to rounding. */
const STIRLING = [1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360_360, 1 / 156];
const HALF_LOG_TWO_PI = 0.9189385332046727;

/** ln Γ(x) for x > 0. */
export function logGamma(x: number): number {
  let product = 1;
  let at = x;
  for (; at < 8; at++) product *= at;
  const square = 1 / (at * at);
  const series = STIRLING.reduceRight((sum, coefficient) => sum * square + coefficient, 0) / at;
  return (at - 0.5) * logarithm(at) - at + HALF_LOG_TWO_PI + series - logarithm(product);
}
