// Naive Bayes over column-major tables: NaN is "missing" and takes part in nothing.
import { spend } from './patience';

/** Squared distances are cut here, so that no row is infinitely far from all classes. */
const FARTHEST: f64 = 1e290;

/**
 * For each class and column (classes × columns): what the known values weigh, their weighted sum, and the sum of weighted
 * squared distances from `centres` (of the same shape). `codes` holds a class code (f64) per row; `weights` = 0 means
 * ones; each column is taken in multiples of its `units`.
 */
export function classMoments(
  x: usize,
  rows: i32,
  columns: i32,
  codes: usize,
  weights: usize,
  classes: i32,
  units: usize,
  centres: usize,
  totals: usize,
  sums: usize,
  squares: usize,
): void {
  const bytes = (<usize>classes * <usize>columns) << 3;
  memory.fill(totals, 0, bytes);
  memory.fill(sums, 0, bytes);
  memory.fill(squares, 0, bytes);
  for (let column: usize = 0; column < <usize>columns; column++) {
    let cell = x + ((column * <usize>rows) << 3);
    const factor = 1.0 / load<f64>(units + (column << 3));
    for (let i: usize = 0; i < (<usize>rows) << 3; i += 8) {
      const value = load<f64>(cell + i) * factor;
      if (value != value) continue;
      const place = (<usize>load<f64>(codes + i) * <usize>columns + column) << 3;
      const weight = weights == 0 ? 1.0 : load<f64>(weights + i);
      const distance = value - load<f64>(centres + place);
      store<f64>(totals + place, load<f64>(totals + place) + weight);
      store<f64>(sums + place, load<f64>(sums + place) + weight * value);
      store<f64>(squares + place, load<f64>(squares + place) + weight * distance * distance);
    }
    spend((<i64>rows) << 2);
  }
}

/**
 * ln P(class) + Σ ln of the normal density at each known value, rows × classes: `means`, `deviations` and `offsets`
 * (−ln deviation) are classes × columns, `priors` one per class.
 */
export function gaussianScores(
  x: usize,
  rows: i32,
  columns: i32,
  classes: i32,
  priors: usize,
  means: usize,
  deviations: usize,
  offsets: usize,
  out: usize,
): void {
  const width = (<usize>classes) << 3;
  for (let i: usize = 0; i < <usize>rows; i++) memory.copy(out + i * width, priors, width);
  for (let column: usize = 0; column < <usize>columns; column++) {
    const cells = x + ((column * <usize>rows) << 3);
    for (let k: usize = 0; k < <usize>classes; k++) {
      const place = (k * <usize>columns + column) << 3;
      const mean = load<f64>(means + place);
      const factor = 1.0 / load<f64>(deviations + place);
      const offset = load<f64>(offsets + place);
      let score = out + (k << 3);
      for (let i: usize = 0; i < (<usize>rows) << 3; i += 8) {
        const value = load<f64>(cells + i);
        if (value == value) {
          const distance = (value - mean) * factor;
          const square = min(FARTHEST, distance * distance);
          store<f64>(score, load<f64>(score) + (offset - 0.5 * square));
        }
        score += width;
      }
    }
    spend(<i64>rows * classes);
  }
}
