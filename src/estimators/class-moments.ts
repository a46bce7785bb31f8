import { type Matrix, matrixColumn } from '../frame/frame.ts';
import { type Kernels, withKernels } from '../kernels/kernels.ts';
import { powerOfTwoAbove } from './training-rows.ts';

export type ClassRows = {
  /** NaN = missing. */
  readonly x: Matrix;
  readonly weights: Float64Array | undefined;
  /** A class from 0 on per row, as doubles. */
  readonly places: Float64Array;
  readonly classes: number;
};

/** Of the known values of each column in each class: classes × columns. */
export type ClassMoments = {
  readonly sums: Float64Array;
  /** Of the whole column where a class has no value; 0 where nobody has. */
  readonly means: Float64Array;
  readonly deviations: Float64Array;
  /** Standard deviation of each column over all classes. */
  readonly spreads: Float64Array;
};

/** Weighted sums, means and standard deviations by class in two passes; `poll` may throw to end it. */
export function momentsOf(rows: ClassRows, poll: () => void): ClassMoments {
  poll();
  return withKernels(poll, (kernels) => {
    const { x, classes } = rows;
    const columns = x.names.length;
    const units = Float64Array.from({ length: columns }, (_, f) => unitOf(matrixColumn(x, f)));
    poll();
    const pass = passesOver(kernels, rows, units);
    const { totals, sums } = pass(new Float64Array(classes * columns));
    const means = sums.map((sum, place) => sum / (totals[place] as number));
    const { squares } = pass(means);
    const spreads = new Float64Array(columns);
    const deviations = squares.map((square, place) =>
      Math.sqrt(square / (totals[place] as number)),
    );
    for (let f = 0; f < columns; f++) {
      const places = Array.from({ length: classes }, (_, k) => k * columns + f);
      const whole = wholeOf(places, { totals, sums, means, squares });
      const unit = units[f] as number;
      spreads[f] = unit * whole.deviation;
      for (const place of places) {
        const isKnown = (totals[place] as number) > 0;
        sums[place] = unit * (sums[place] as number);
        means[place] = unit * (isKnown ? (means[place] as number) : whole.mean);
        deviations[place] = unit * (isKnown ? (deviations[place] as number) : whole.deviation);
      }
    }
    return { sums, means, deviations, spreads };
  });
}

/** A power of two above all values, so that no square overflows. */
function unitOf(values: Float64Array): number {
  let largest = 0;
  for (const value of values) if (Math.abs(value) > largest) largest = Math.abs(value);
  return largest === 0 ? 1 : powerOfTwoAbove(largest);
}

function passesOver(
  kernels: Kernels,
  { x, weights, places, classes }: ClassRows,
  units: Float64Array,
) {
  const columns = x.names.length;
  const size = classes * columns;
  const data = kernels.put(x.data);
  const codes = kernels.put(places);
  const weightsAt = weights === undefined ? 0 : kernels.put(weights);
  const unitsAt = kernels.put(units);
  const totals = kernels.reserveDoubles(3 * size);
  const [sums, squares] = [totals + 8 * size, totals + 16 * size];
  const centresAt = kernels.reserveDoubles(size);
  return (centres: Float64Array) => {
    kernels.doublesAt(centresAt, size).set(centres);
    const into = [centresAt, totals, sums, squares] as const;
    kernels.calls.classMoments(
      data,
      x.rowCount,
      columns,
      codes,
      weightsAt,
      classes,
      unitsAt,
      ...into,
    );
    const read = (at: number) => kernels.doublesAt(at, size).slice();
    return { totals: read(totals), sums: read(sums), squares: read(squares) };
  };
}

/** Mean and standard deviation of a column from those of its classes; 0 where no value is known. */
function wholeOf(
  places: readonly number[],
  by: { readonly [name in 'totals' | 'sums' | 'means' | 'squares']: Float64Array },
): { readonly mean: number; readonly deviation: number } {
  const known = places.filter((place) => (by.totals[place] as number) > 0);
  if (known.length === 0) return { mean: 0, deviation: 0 };
  const total = known.reduce((sum, place) => sum + (by.totals[place] as number), 0);
  const mean = known.reduce((sum, place) => sum + (by.sums[place] as number), 0) / total;
  const squares = known.reduce((sum, place) => {
    const shift = (by.means[place] as number) - mean;
    return sum + (by.squares[place] as number) + (by.totals[place] as number) * shift * shift;
  }, 0);
  return { mean, deviation: Math.sqrt(squares / total) };
}
