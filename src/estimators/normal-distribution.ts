/** Distance from the mean that holds 95 % of a normal distribution. */
export const NORMAL_95 = 1.959963984540054;

/** P(Z > z) of a standard normal Z, relative error below 1.2e-7 (Chebyshev fit of erfc; Press et al., Numerical Recipes §6.2). */
export function upperTail(z: number): number {
  return z < 0 ? 1 - upperTail(-z) : halfErfc(z / Math.SQRT2);
}

const ERFC = [
  0.17087277, -0.82215223, 1.48851587, -1.13520398, 0.27886807, -0.18628806, 0.09678418, 0.37409196,
  1.00002368, -1.26551223,
];

function halfErfc(x: number): number {
  const t = 1 / (1 + x / 2);
  const series = ERFC.reduce((sum, coefficient) => sum * t + coefficient, 0);
  return (t * Math.exp(series - x * x)) / 2;
}

/**
 * Distance from the mean that holds 95 % of Student's t with `freedom` degrees of freedom (at least 1): exact for 1 and
 * 2, else the Cornish–Fisher expansion about the normal (Abramowitz & Stegun 26.7.5), within 0.2 %.
 */
export function student95(freedom: number): number {
  if (freedom < 2) return 12.706204736432095;
  if (freedom < 3) return 4.302652729696142;
  const z = NORMAL_95;
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92_160,
  ];
  return terms.reduce((sum, term, i) => sum + term / freedom ** (i + 1), z);
}
