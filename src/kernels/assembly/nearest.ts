// The nearest rows by brute force: squared distances of 4 queries to 4 rows at once, taken as differences, so that a row
// is at distance 0 from its copy.
import { allocate } from './arena';
import { spend } from './patience';

/** Rows and queries of a tile: their 16 sums stay in registers. */
const TILE: i32 = 4;

/**
 * Four queries of a column-major table side by side, column after column, 0 beyond the last; then the next four: they are
 * read once for each four rows of the table.
 */
export function packQueries(queries: usize, count: i32, columns: i32): usize {
  const tiles = (count + TILE - 1) / TILE;
  const packed = allocate((<usize>tiles * <usize>columns * <usize>TILE) << 3);
  let to = packed;
  for (let first = 0; first < count; first += TILE) {
    for (let column = 0; column < columns; column++) {
      const from = queries + ((<usize>column * <usize>count) << 3);
      for (let query = first; query < first + TILE; query++) {
        store<f64>(to, query < count ? load<f64>(from + ((<usize>query) << 3)) : 0.0);
        to += 8;
      }
    }
  }
  return packed;
}

/**
 * Meets `count` packed queries with a block of `rows` rows, the first of which is row `firstRow` of its table. Of all rows
 * that were met each query keeps the `k` nearest, the nearest first and the earlier first where two are as near: row
 * numbers (i32) and squared distances, both count × k; these begin as +∞. The block is column-major, with 24 bytes to
 * read after its end.
 */
export function meetRows(
  block: usize,
  rows: i32,
  firstRow: i32,
  columns: i32,
  queries: usize,
  count: i32,
  k: i32,
  found: usize,
  distances: usize,
): void {
  const width = (<usize>rows) << 3;
  const end = block + <usize>columns * width;
  for (let first = 0; first < count; first += TILE) {
    for (let row = 0; row < rows; row += TILE) {
      meetTile(
        block + ((<usize>row) << 3),
        width,
        end,
        queries,
        firstRow + row,
        min(TILE, rows - row),
        min(TILE, count - first),
        k,
        found,
        distances,
      );
    }
    queries += (<usize>columns * <usize>TILE) << 3;
    found += (<usize>TILE * <usize>k) << 2;
    distances += (<usize>TILE * <usize>k) << 3;
    spend((<i64>rows * columns) << 2);
  }
}

/** Compares up to 4 queries with up to 4 rows. */
function meetTile(
  cell: usize,
  width: usize,
  end: usize,
  query: usize,
  firstRow: i32,
  rowCount: i32,
  queryCount: i32,
  k: i32,
  found: usize,
  distances: usize,
): void {
  let a0 = f64x2.splat(0.0);
  let a1 = f64x2.splat(0.0);
  let b0 = f64x2.splat(0.0);
  let b1 = f64x2.splat(0.0);
  let c0 = f64x2.splat(0.0);
  let c1 = f64x2.splat(0.0);
  let d0 = f64x2.splat(0.0);
  let d1 = f64x2.splat(0.0);
  for (; cell < end; cell += width) {
    const low = v128.load(cell);
    const high = v128.load(cell, 16);
    let at = v128.load_splat<f64>(query);
    let left = f64x2.sub(low, at);
    let right = f64x2.sub(high, at);
    a0 = f64x2.add(a0, f64x2.mul(left, left));
    a1 = f64x2.add(a1, f64x2.mul(right, right));
    at = v128.load_splat<f64>(query, 8);
    left = f64x2.sub(low, at);
    right = f64x2.sub(high, at);
    b0 = f64x2.add(b0, f64x2.mul(left, left));
    b1 = f64x2.add(b1, f64x2.mul(right, right));
    at = v128.load_splat<f64>(query, 16);
    left = f64x2.sub(low, at);
    right = f64x2.sub(high, at);
    c0 = f64x2.add(c0, f64x2.mul(left, left));
    c1 = f64x2.add(c1, f64x2.mul(right, right));
    at = v128.load_splat<f64>(query, 24);
    left = f64x2.sub(low, at);
    right = f64x2.sub(high, at);
    d0 = f64x2.add(d0, f64x2.mul(left, left));
    d1 = f64x2.add(d1, f64x2.mul(right, right));
    query += 32;
  }
  const numbers = (<usize>k) << 2;
  const doubles = (<usize>k) << 3;
  keep(a0, a1, firstRow, rowCount, k, found, distances);
  if (queryCount > 1) keep(b0, b1, firstRow, rowCount, k, found + numbers, distances + doubles);
  if (queryCount > 2)
    keep(c0, c1, firstRow, rowCount, k, found + 2 * numbers, distances + 2 * doubles);
  if (queryCount > 3)
    keep(d0, d1, firstRow, rowCount, k, found + 3 * numbers, distances + 3 * doubles);
}

/** Keeps, of 4 rows, those that are nearer than the farthest that a query has. */
function keep(
  low: v128,
  high: v128,
  firstRow: i32,
  rowCount: i32,
  k: i32,
  found: usize,
  distances: usize,
): void {
  // Two that overflow are as far, and nearer than nothing.
  const most = f64x2.splat(f64.MAX_VALUE);
  const worst = v128.load_splat<f64>(distances + ((<usize>(k - 1)) << 3));
  const first = f64x2.pmin(low, most);
  const second = f64x2.pmin(high, most);
  const isNearer = v128.or(f64x2.lt(first, worst), f64x2.lt(second, worst));
  if (!v128.any_true(isNearer)) return;
  insert(f64x2.extract_lane(first, 0), firstRow, k, found, distances);
  if (rowCount > 1) insert(f64x2.extract_lane(first, 1), firstRow + 1, k, found, distances);
  if (rowCount > 2) insert(f64x2.extract_lane(second, 0), firstRow + 2, k, found, distances);
  if (rowCount > 3) insert(f64x2.extract_lane(second, 1), firstRow + 3, k, found, distances);
}

/** Puts a row behind all that are as near, if that is within the first k. */
function insert(distance: f64, row: i32, k: i32, found: usize, distances: usize): void {
  let place: usize = k - 1;
  if (!(distance < load<f64>(distances + (place << 3)))) return;
  while (place > 0) {
    const before = load<f64>(distances + ((place - 1) << 3));
    if (!(before > distance)) break;
    store<f64>(distances + (place << 3), before);
    store<i32>(found + (place << 2), load<i32>(found + ((place - 1) << 2)));
    place--;
  }
  store<f64>(distances + (place << 3), distance);
  store<i32>(found + (place << 2), row);
}
