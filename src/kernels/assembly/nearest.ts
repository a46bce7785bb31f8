// The nearest rows by brute force: squared distances of 4 queries to 4 rows at once, taken as differences, so that a row
// is at distance 0 from its copy.
import { allocate, mark, release } from './arena';
import { spend } from './patience';

/** Rows and queries of a tile: their 16 sums stay in registers. */
const TILE: i32 = 4;
/** Tiles of rows that stay in the first-level cache while a block of queries passes over them. */
const ROW_TILES: i32 = 48;
const QUERY_TILES: i32 = 16;

/**
 * For each of `count` queries the `k` nearest of `rows` ≥ k rows, the nearest first and the earlier first where two are
 * as near: row numbers (i32) and squared distances, both count × k. Tables are column-major.
 */
export function nearestRows(
  x: usize,
  rows: i32,
  columns: i32,
  queries: usize,
  count: i32,
  k: i32,
  found: usize,
  distances: usize,
): void {
  const scratch = mark();
  const packedRows = pack(x, rows, columns);
  const packedQueries = pack(queries, count, columns);
  const sums = allocate((<usize>TILE) << 3);
  for (let i: usize = 0; i < <usize>count * <usize>k; i++)
    store<f64>(distances + (i << 3), Infinity);
  const rowTiles = (rows + TILE - 1) / TILE;
  const queryTiles = (count + TILE - 1) / TILE;
  const tileBytes = (<usize>columns * <usize>TILE) << 3;
  for (let q0 = 0; q0 < queryTiles; q0 += QUERY_TILES) {
    for (let r0 = 0; r0 < rowTiles; r0 += ROW_TILES) {
      const rowEnd = min(rowTiles, r0 + ROW_TILES);
      for (let q = q0; q < min(queryTiles, q0 + QUERY_TILES); q++) {
        const query = packedQueries + <usize>q * tileBytes;
        const left = count - q * TILE;
        for (let r = r0; r < rowEnd; r++) {
          const from = <usize>q * TILE * <usize>k;
          meetTile(
            packedRows + <usize>r * tileBytes,
            query,
            columns,
            r * TILE,
            min(TILE, rows - r * TILE),
            min(TILE, left),
            k,
            found + (from << 2),
            distances + (from << 3),
            sums,
          );
        }
        spend((<i64>(rowEnd - r0) * columns) << 4);
      }
    }
  }
  release(scratch);
}

/** Tile after tile of 4 rows: column after column the 4 values side by side, 0 beyond the last row. */
function pack(x: usize, rows: i32, columns: i32): usize {
  const tiles = (rows + TILE - 1) / TILE;
  const packed = allocate((<usize>tiles * <usize>columns * <usize>TILE) << 3);
  for (let column = 0; column < columns; column++) {
    const from = x + ((<usize>column * <usize>rows) << 3);
    let to = packed + ((<usize>column * <usize>TILE) << 3);
    for (let tile = 0; tile < tiles; tile++) {
      for (let lane = 0; lane < TILE; lane++) {
        const row = tile * TILE + lane;
        store<f64>(
          to + ((<usize>lane) << 3),
          row < rows ? load<f64>(from + ((<usize>row) << 3)) : 0.0,
        );
      }
      to += (<usize>columns * <usize>TILE) << 3;
    }
  }
  return packed;
}

/** Compares up to 4 queries with up to 4 rows. */
function meetTile(
  tile: usize,
  query: usize,
  columns: i32,
  firstRow: i32,
  rowCount: i32,
  queryCount: i32,
  k: i32,
  found: usize,
  distances: usize,
  sums: usize,
): void {
  let a0 = f64x2.splat(0.0);
  let a1 = f64x2.splat(0.0);
  let b0 = f64x2.splat(0.0);
  let b1 = f64x2.splat(0.0);
  let c0 = f64x2.splat(0.0);
  let c1 = f64x2.splat(0.0);
  let d0 = f64x2.splat(0.0);
  let d1 = f64x2.splat(0.0);
  const end = tile + ((<usize>columns * <usize>TILE) << 3);
  for (let cell = tile; cell < end; cell += 32) {
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
  keep(a0, a1, firstRow, rowCount, k, found, distances, sums);
  if (queryCount > 1)
    keep(b0, b1, firstRow, rowCount, k, found + numbers, distances + doubles, sums);
  if (queryCount > 2)
    keep(c0, c1, firstRow, rowCount, k, found + 2 * numbers, distances + 2 * doubles, sums);
  if (queryCount > 3)
    keep(d0, d1, firstRow, rowCount, k, found + 3 * numbers, distances + 3 * doubles, sums);
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
  sums: usize,
): void {
  // Two that overflow are as far, and nearer than nothing.
  const most = f64x2.splat(f64.MAX_VALUE);
  const worst = v128.load_splat<f64>(distances + ((<usize>(k - 1)) << 3));
  const first = f64x2.pmin(low, most);
  const second = f64x2.pmin(high, most);
  const isNearer = v128.or(f64x2.lt(first, worst), f64x2.lt(second, worst));
  if (!v128.any_true(isNearer)) return;
  v128.store(sums, first);
  v128.store(sums, second, 16);
  for (let lane = 0; lane < rowCount; lane++) {
    insert(load<f64>(sums + ((<usize>lane) << 3)), firstRow + lane, k, found, distances);
  }
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
