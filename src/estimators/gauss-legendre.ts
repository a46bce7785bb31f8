/** Points in (0, 1) and their weights: Σ weight · f(point) is the integral of any polynomial f up to degree 2·count − 1. */
export type Quadrature = { readonly points: Float64Array; readonly weights: Float64Array };

const known = new Map<number, Quadrature>();

/** Gauss and Legendre's quadrature; the roots of one Legendre polynomial lie between those of the one before. */
export function gaussLegendre(count: number): Quadrature {
  const before = known.get(count);
  if (before !== undefined) return before;
  let roots: readonly number[] = [];
  for (let degree = 1; degree <= count; degree++) {
    const borders = [-1, ...roots, 1];
    roots = borders.slice(1).map((high, i) => rootBetween(degree, borders[i] as number, high));
  }
  const quadrature = {
    points: Float64Array.from(roots, (root) => (1 + root) / 2),
    weights: Float64Array.from(roots, (root) => {
      // Pₙ₋₁ at the root gives the slope of Pₙ there: (1 − x²) Pₙ′ = n Pₙ₋₁.
      const slope = (count * legendre(count - 1, root)) / (1 - root * root);
      return 1 / ((1 - root * root) * slope * slope);
    }),
  };
  known.set(count, quadrature);
  return quadrature;
}

/** Halves the interval until no number lies within. */
function rootBetween(degree: number, low: number, high: number): number {
  const isRising = legendre(degree, high) > 0;
  let [from, to] = [low, high];
  for (;;) {
    const middle = (from + to) / 2;
    if (middle <= from || middle >= to) return middle;
    if (legendre(degree, middle) > 0 === isRising) to = middle;
    else from = middle;
  }
}

/** (k + 1) Pₖ₊₁ = (2k + 1) x Pₖ − k Pₖ₋₁ */
function legendre(degree: number, x: number): number {
  let previous = 0;
  let current = 1;
  for (let k = 0; k < degree; k++)
    [previous, current] = [current, ((2 * k + 1) * x * current - k * previous) / (k + 1)];
  return current;
}
