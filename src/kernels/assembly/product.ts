// Products of small matrices; a cell's sum runs in the order of its terms, whatever tile it lies in.

/**
 * c += a·b: `a` is m × k with rows and columns `aRow` and `aColumn` bytes apart, `b` (k × n) and `c` (m × n) are
 * row-major. Tiles of 4 × 4 cells stay in registers.
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
    }
    for (; j < n; j++) {
      const place = (<usize>j) << 3;
      for (let row: usize = 0; row < <usize>min(4, m - i); row++) {
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
