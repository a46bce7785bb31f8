/** A factored symmetric matrix: L Lᵀ, row-major, with the rows of dependent columns left out. */
export type Factor = {
  readonly size: number;
  readonly lower: Float64Array;
  /** 0 where the column depends on earlier ones: its unknown is 0. */
  readonly diagonal: Float64Array;
};

/** A pivot below this share of its diagonal entry is rounding. */
const DEPENDENT = 1e-11;

/** Cholesky's factor of a positive semidefinite matrix; O(size³ / 3). `poll` is called once per row. */
export function factorise(matrix: Float64Array, size: number, poll: () => void): Factor {
  const lower = new Float64Array(size * size);
  const diagonal = new Float64Array(size);
  for (let row = 0; row < size; row++) {
    poll();
    const at = row * size;
    for (let column = 0; column < row; column++) {
      const pivot = diagonal[column] as number;
      if (pivot === 0) continue;
      const rest = (matrix[at + column] as number) - product(lower, at, column * size, column);
      lower[at + column] = rest / pivot;
    }
    const whole = matrix[at + row] as number;
    const rest = whole - product(lower, at, at, row);
    diagonal[row] = rest > DEPENDENT * whole ? Math.sqrt(rest) : 0;
  }
  return { size, lower, diagonal };
}

/** Solves L Lᵀ x = b in place; the unknowns of dependent columns become 0. */
export function solveInto({ size, lower, diagonal }: Factor, b: Float64Array): void {
  for (let row = 0; row < size; row++) {
    const pivot = diagonal[row] as number;
    let rest = b[row] as number;
    for (let k = 0; k < row; k++) rest -= (lower[row * size + k] as number) * (b[k] as number);
    b[row] = pivot === 0 ? 0 : rest / pivot;
  }
  for (let row = size - 1; row >= 0; row--) {
    const pivot = diagonal[row] as number;
    const value = pivot === 0 ? 0 : (b[row] as number) / pivot;
    b[row] = value;
    if (value === 0) continue;
    for (let k = 0; k < row; k++)
      b[k] = (b[k] as number) - (lower[row * size + k] as number) * value;
  }
}

/** A vector that the factored matrix takes to 0, for its first dependent column: 1 there and 0 after it. */
export function nullVector({ size, lower, diagonal }: Factor, dependent: number): Float64Array {
  const vector = new Float64Array(size);
  for (let k = 0; k < dependent; k++) vector[k] = -(lower[dependent * size + k] as number);
  for (let row = dependent - 1; row >= 0; row--) {
    const value = (vector[row] as number) / (diagonal[row] as number);
    vector[row] = value;
    for (let k = 0; k < row; k++)
      vector[k] = (vector[k] as number) - (lower[row * size + k] as number) * value;
  }
  vector[dependent] = 1;
  return vector;
}

function product(lower: Float64Array, a: number, b: number, count: number): number {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += (lower[a + k] as number) * (lower[b + k] as number);
  return sum;
}
