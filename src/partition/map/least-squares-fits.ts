/** Householder's reflections on a tall matrix and a right-hand side: what nested least-squares fits need to be compared. */
export type NestedFits = {
  readonly rowCount: number;
  /** Residual sum of squares with the first k columns, k from 0 to all. */
  readonly residuals: Float64Array;
  /** t of the last column's coefficient among all columns; NaN where the columns are dependent. */
  readonly lastT: number;
};

/** `columns` are overwritten, and so is `y`. O(rows × columns²). */
export function fitNested(columns: readonly Float64Array[], y: Float64Array): NestedFits {
  const rowCount = y.length;
  let pivot = Number.NaN;
  columns.forEach((column, k) => {
    pivot = reflect(column, k, [...columns.slice(k + 1), y]);
  });
  const residuals = new Float64Array(columns.length + 1);
  let sum = 0;
  for (let i = rowCount - 1; i >= columns.length; i--) sum += (y[i] as number) ** 2;
  for (let k = columns.length; k >= 0; k--) {
    residuals[k] = sum;
    if (k > 0) sum += (y[k - 1] as number) ** 2;
  }
  const freedom = rowCount - columns.length;
  const deviation = Math.sqrt((residuals[columns.length] as number) / freedom);
  const lastT = ((y[columns.length - 1] as number) * Math.sign(pivot)) / deviation;
  return { rowCount, residuals, lastT: pivot === 0 ? Number.NaN : lastT };
}

/** Turns the part of a column from row k on into (pivot, 0, 0 …), and the others with it; returns the pivot. */
function reflect(column: Float64Array, k: number, others: readonly Float64Array[]): number {
  let norm = 0;
  for (let i = k; i < column.length; i++) norm += (column[i] as number) ** 2;
  norm = Math.sqrt(norm);
  if (norm === 0) return 0;
  const pivot = (column[k] as number) > 0 ? -norm : norm;
  column[k] = (column[k] as number) - pivot;
  let length = 0;
  for (let i = k; i < column.length; i++) length += (column[i] as number) ** 2;
  for (const other of others) {
    let product = 0;
    for (let i = k; i < column.length; i++) product += (column[i] as number) * (other[i] as number);
    const factor = (2 * product) / length;
    for (let i = k; i < column.length; i++)
      other[i] = (other[i] as number) - factor * (column[i] as number);
  }
  return pivot;
}
