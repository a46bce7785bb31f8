// Products of small matrices; a cell's sum runs in the order of its terms, whatever tile it lies in.

/**
 * c += a·b: `a` is m × k with rows and columns `aRow` and `aColumn` bytes apart, `b` (k × n) and `c` (m × n) are
 * row-major. Tiles of 4 × 4 cells, and of 4 × 2 and 4 × 1 at the right edge, stay in registers.
 */
export function addProduct(
  a: usize,
  aRow: usize,
  aColumn: usize,
  b: usize,
  m: i32,
  k: i32,
  n: i32,
  c: usize,
): void {
  const width = (<usize>n) << 3;
  for (let i = 0; i < m; i += 4) {
    const rows = a + <usize>i * aRow;
    const out = c + <usize>i * width;
    const tall = i + 4 <= m;
    let j = 0;
    if (tall) {
      for (; j + 4 <= n; j += 4) {
        const place = (<usize>j) << 3;
        addTile(rows, aRow, aColumn, b + place, width, k, out + place);
      }
      if (j + 2 <= n) {
        const place = (<usize>j) << 3;
        addPair(rows, aRow, aColumn, b + place, width, k, out + place);
        j += 2;
      }
      if (j < n) {
        const place = (<usize>j) << 3;
        addColumn(rows, aRow, aColumn, b + place, width, k, out + place);
      }
      continue;
    }
    for (; j < n; j++) {
      const place = (<usize>j) << 3;
      for (let row: usize = 0; row < <usize>(m - i); row++) {
        addCell(rows + row * aRow, aColumn, b + place, width, k, out + row * width + place);
      }
    }
  }
}

function addCell(a: usize, aColumn: usize, b: usize, width: usize, k: i32, out: usize): void {
  let sum = load<f64>(out);
  for (let p = 0; p < k; p++) {
    sum += load<f64>(a) * load<f64>(b);
    a += aColumn;
    b += width;
  }
  store<f64>(out, sum);
}

/** 4 × 1 cells: four sums side by side, so that none waits for its own last addition. */
function addColumn(
  a: usize,
  aRow: usize,
  aColumn: usize,
  b: usize,
  width: usize,
  k: i32,
  out: usize,
): void {
  let c0 = load<f64>(out);
  let c1 = load<f64>(out + width);
  let c2 = load<f64>(out + 2 * width);
  let c3 = load<f64>(out + 3 * width);
  for (let p = 0; p < k; p++) {
    const factor = load<f64>(b);
    c0 += load<f64>(a) * factor;
    c1 += load<f64>(a + aRow) * factor;
    c2 += load<f64>(a + 2 * aRow) * factor;
    c3 += load<f64>(a + 3 * aRow) * factor;
    a += aColumn;
    b += width;
  }
  store<f64>(out, c0);
  store<f64>(out + width, c1);
  store<f64>(out + 2 * width, c2);
  store<f64>(out + 3 * width, c3);
}

/** 4 × 2 cells. */
function addPair(
  a: usize,
  aRow: usize,
  aColumn: usize,
  b: usize,
  width: usize,
  k: i32,
  out: usize,
): void {
  let c0 = v128.load(out);
  let c1 = v128.load(out + width);
  let c2 = v128.load(out + 2 * width);
  let c3 = v128.load(out + 3 * width);
  for (let p = 0; p < k; p++) {
    const pair = v128.load(b);
    c0 = f64x2.add(c0, f64x2.mul(v128.load_splat<f64>(a), pair));
    c1 = f64x2.add(c1, f64x2.mul(v128.load_splat<f64>(a + aRow), pair));
    c2 = f64x2.add(c2, f64x2.mul(v128.load_splat<f64>(a + 2 * aRow), pair));
    c3 = f64x2.add(c3, f64x2.mul(v128.load_splat<f64>(a + 3 * aRow), pair));
    a += aColumn;
    b += width;
  }
  v128.store(out, c0);
  v128.store(out + width, c1);
  v128.store(out + 2 * width, c2);
  v128.store(out + 3 * width, c3);
}

function addTile(
  a: usize,
  aRow: usize,
  aColumn: usize,
  b: usize,
  width: usize,
  k: i32,
  out: usize,
): void {
  let c00 = v128.load(out);
  let c01 = v128.load(out, 16);
  let c10 = v128.load(out + width);
  let c11 = v128.load(out + width, 16);
  let c20 = v128.load(out + 2 * width);
  let c21 = v128.load(out + 2 * width, 16);
  let c30 = v128.load(out + 3 * width);
  let c31 = v128.load(out + 3 * width, 16);
  for (let p = 0; p < k; p++) {
    const left = v128.load(b);
    const right = v128.load(b, 16);
    let factor = v128.load_splat<f64>(a);
    c00 = f64x2.add(c00, f64x2.mul(factor, left));
    c01 = f64x2.add(c01, f64x2.mul(factor, right));
    factor = v128.load_splat<f64>(a + aRow);
    c10 = f64x2.add(c10, f64x2.mul(factor, left));
    c11 = f64x2.add(c11, f64x2.mul(factor, right));
    factor = v128.load_splat<f64>(a + 2 * aRow);
    c20 = f64x2.add(c20, f64x2.mul(factor, left));
    c21 = f64x2.add(c21, f64x2.mul(factor, right));
    factor = v128.load_splat<f64>(a + 3 * aRow);
    c30 = f64x2.add(c30, f64x2.mul(factor, left));
    c31 = f64x2.add(c31, f64x2.mul(factor, right));
    a += aColumn;
    b += width;
  }
  v128.store(out, c00);
  v128.store(out, c01, 16);
  v128.store(out + width, c10);
  v128.store(out + width, c11, 16);
  v128.store(out + 2 * width, c20);
  v128.store(out + 2 * width, c21, 16);
  v128.store(out + 3 * width, c30);
  v128.store(out + 3 * width, c31, 16);
}
