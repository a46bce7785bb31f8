import { type Factor, factorise, solveInto } from '../../estimators/cholesky.ts';
import { seededOrder } from '../../features/seeded-order.ts';
import { seedOf } from '../../frame/digest.ts';
import type { Division } from './divisions.ts';
import type { TestBasis } from './test-basis.ts';

/** Rows, and what the model without partition gets wrong in them. */
export type TestRows = {
  readonly basis: TestBasis;
  /** rows × outputs, row-major: truth minus prediction, of a number or of each class. */
  readonly residuals: Float64Array;
  readonly outputs: number;
  /** Places of these rows in the sample. */
  readonly rows: Int32Array;
};

/** Divisions that are held against the same model. */
export type Tested = { readonly rows: TestRows; readonly divisions: readonly Division[] };

/** How far a division is from what chance makes of it, in standard deviations, and how often chance is as far. */
export type DifferenceTest = { readonly distance: number; readonly pValue: number };

export type TestPlan = {
  /** Root of all orders that are drawn. */
  readonly seed: number;
  /** p-values are multiples of 1 ÷ (this + 1). */
  readonly permutations: number;
  /** Throws when the work is to end. */
  readonly poll: () => void;
};

/**
 * Whether the partitions differ in what one model for all leaves over: per partition the scores Φᵀr, where Φ is the basis and
 * r the residuals, their squares summed column by column as Σ (Φⱼᵀr)² ÷ rows (the variance-component score test of random
 * slopes; Liu, Lin and Ghosh 2007). Partitions may differ in one column or a little in all, and which is not known before: a
 * division's distance is the larger of its farthest column's and that of all columns together, each in its own standard
 * deviations (as the adaptive sum of powered scores does; Pan et al. 2014). What all partitions have in common is taken out
 * of r first, so that a model that is poor everywhere makes no partition differ. Judged by permuting r over all rows
 * (Freedman and Lane 1983): each draw is one for all divisions, and a p-value counts the draws whose largest distance over
 * the divisions is at least the division's own, so that one of many does not stand out by chance (Westfall and Young's
 * single-step max-T). Models may differ from division to division, the rows may not. Cost: permutations × divisions × cells
 * of Φ.
 */
export function testDifferences(
  tested: readonly Tested[],
  { seed, permutations, poll }: TestPlan,
): ReadonlyMap<Division, DifferenceTest> {
  const places = Int32Array.from({ length: tested[0]?.rows.rows.length ?? 0 }, (_, i) => i);
  const orders = Array.from({ length: permutations }, (_, draw) =>
    seededOrder(places, seedOf(seed, 'advise', 'permutation', draw)),
  );
  const drawn = tested.map((one) => spreadsOf(one, orders, poll));
  const distances = distancesOf(
    [places, ...orders].map((_, draw) => drawn.flatMap((of) => of[draw] ?? [])),
  );
  const largest = distances.map((of) => of.reduce((a, b) => Math.max(a, b), -Infinity));
  const own = distances[0] ?? [];
  return new Map(
    tested
      .flatMap(({ divisions }) => divisions)
      .map((division, place) => {
        const distance = own[place] as number;
        const asFar = largest.filter((other) => other >= distance).length;
        return [division, { distance, pValue: asFar / (permutations + 1) }] as const;
      }),
  );
}

/** Of the residuals as they are, then in each order: every division's spreads. */
function spreadsOf(
  { rows, divisions }: Tested,
  orders: readonly Int32Array[],
  poll: () => void,
): readonly (readonly Float64Array[])[] {
  const groupings = divisions.map((division) => groupingOf(rows, division));
  const remove = removal(rows, poll);
  const residuals = remove(rows.residuals);
  const of = (some: Float64Array): readonly Float64Array[] => {
    poll();
    const scores = scoresOf(rows, some);
    return groupings.map((grouping) => spreadsIn(grouping, scores, rows.outputs));
  };
  const dealt = orders.map((order) => of(remove(reordered(residuals, order, rows.outputs))));
  return [of(residuals), ...dealt];
}

/** The rows of a division's partitions, and which scores are of columns that are not its own: those are the same within each. */
type Grouping = {
  /** Per row; only partitions that occur here have a place. */
  readonly places: Int32Array;
  readonly counts: Int32Array;
  /** Per score, 1 or 0. */
  readonly isCounted: Uint8Array;
  readonly sums: Float64Array;
};

function groupingOf({ basis, rows, outputs }: TestRows, { by, codes }: Division): Grouping {
  const known = new Map<number, number>();
  const places = rows.map((row) => {
    const code = codes[row] as number;
    const place = known.get(code) ?? known.size;
    known.set(code, place);
    return place;
  });
  const counts = new Int32Array(known.size);
  for (let i = 0; i < places.length; i++)
    counts[places[i] as number] = (counts[places[i] as number] as number) + 1;
  const isCounted = Uint8Array.from({ length: basis.origins.length * outputs }, (_, at) =>
    by.includes(basis.origins[Math.floor(at / outputs)] ?? '') ? 0 : 1,
  );
  return { places, counts, isCounted, sums: new Float64Array(known.size * isCounted.length) };
}

/** Each row's column × residual: rows × (columns × outputs). The same for all divisions, which only add them up. */
function scoresOf({ basis, outputs }: TestRows, residuals: Float64Array): Float64Array {
  const { values, origins } = basis;
  const width = origins.length;
  const scores = new Float64Array(values.length * outputs);
  for (let i = 0; i * width < values.length; i++)
    for (let j = 0; j < width; j++)
      for (let k = 0; k < outputs; k++)
        scores[(i * width + j) * outputs + k] =
          (values[i * width + j] as number) * (residuals[i * outputs + k] as number);
  return scores;
}

/** Per counted column √ Σ (Φⱼᵀr)² ÷ rows over the partitions, all outputs together, then of all columns: roots are nearer to a normal distribution. */
function spreadsIn(
  { places, counts, isCounted, sums }: Grouping,
  scores: Float64Array,
  outputs: number,
): Float64Array {
  const size = isCounted.length;
  sums.fill(0);
  for (let i = 0; i < places.length; i++) {
    const to = (places[i] as number) * size;
    const from = i * size;
    for (let at = 0; at < size; at++)
      sums[to + at] = (sums[to + at] as number) + (scores[from + at] as number);
  }
  const columns = size / outputs;
  const squares = new Float64Array(columns + 1);
  for (let place = 0; place < counts.length; place++)
    for (let at = 0; at < size; at++) {
      if (isCounted[at] === 0) continue;
      const square = (sums[place * size + at] as number) ** 2 / (counts[place] as number);
      const column = Math.floor(at / outputs);
      squares[column] = (squares[column] as number) + square;
      squares[columns] = (squares[columns] as number) + square;
    }
  return squares.map(Math.sqrt);
}

/** Takes out of residuals what the basis explains of them over all rows. */
function removal({ basis, outputs, rows }: TestRows, poll: () => void) {
  const { values, origins } = basis;
  const width = origins.length;
  const factor = factorise(products(values, width), width, poll);
  return (residuals: Float64Array): Float64Array => {
    const left = residuals.slice();
    for (let k = 0; k < outputs; k++) {
      const slopes = slopesOf(values, factor, { residuals, outputs, k });
      for (let i = 0; i < rows.length; i++) {
        let explained = 0;
        for (let j = 0; j < width; j++)
          explained += (values[i * width + j] as number) * (slopes[j] as number);
        left[i * outputs + k] = (left[i * outputs + k] as number) - explained;
      }
    }
    return left;
  };
}

function slopesOf(
  values: Float64Array,
  factor: Factor,
  { residuals, outputs, k }: { residuals: Float64Array; outputs: number; k: number },
): Float64Array {
  const width = factor.size;
  const slopes = new Float64Array(width);
  for (let i = 0; i * width < values.length; i++)
    for (let j = 0; j < width; j++)
      slopes[j] =
        (slopes[j] as number) +
        (values[i * width + j] as number) * (residuals[i * outputs + k] as number);
  solveInto(factor, slopes);
  return slopes;
}

function products(values: Float64Array, width: number): Float64Array {
  const sums = new Float64Array(width * width);
  for (let start = 0; start < values.length; start += width)
    for (let a = 0; a < width; a++)
      for (let b = 0; b < width; b++)
        sums[a * width + b] =
          (sums[a * width + b] as number) +
          (values[start + a] as number) * (values[start + b] as number);
  return sums;
}

function reordered(residuals: Float64Array, order: Int32Array, outputs: number): Float64Array {
  const moved = new Float64Array(residuals.length);
  for (let i = 0; i < order.length; i++)
    for (let k = 0; k < outputs; k++)
      moved[i * outputs + k] = residuals[(order[i] as number) * outputs + k] as number;
  return moved;
}

/** Draw by draw (the first is what was observed), each division's distance. */
function distancesOf(draws: readonly (readonly Float64Array[])[]): readonly (readonly number[])[] {
  const divisions = (draws[0] ?? []).map((_, division) => {
    const spreads = draws.map((of) => of[division] as Float64Array);
    const columns = Array.from(spreads[0] as Float64Array, (_column, column) =>
      standardised(spreads.map((of) => of[column] as number)),
    );
    const together = columns.pop() ?? [];
    const farthest = standardised(
      draws.map((_draw, draw) =>
        columns.reduce((most, of) => Math.max(most, of[draw] as number), -Infinity),
      ),
    );
    return draws.map((_draw, draw) => Math.max(together[draw] as number, farthest[draw] as number));
  });
  return draws.map((_, draw) => divisions.map((of) => of[draw] as number));
}

/** In standard deviations from their mean; all 0 where they are the same. */
function standardised(values: readonly number[]): readonly number[] {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const variance = values.reduce((a, b) => a + (b - mean) ** 2, 0) / values.length;
  const deviation = Math.sqrt(variance);
  return values.map((value) => (deviation > 0 ? (value - mean) / deviation : 0));
}
