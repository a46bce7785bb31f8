/** Columns of one table part, in memory. Buffers may be shared between threads; nobody writes into them. */

export type NumberColumn = {
  readonly kind: 'number';
  readonly name: string;
  /** NaN = missing. */
  readonly values: Float64Array;
};

export type CategoryColumn = {
  readonly kind: 'category';
  readonly name: string;
  /** Index into `levels`; −1 = missing. */
  readonly codes: Int32Array;
  /** Distinct texts of this frame in code-unit order; booleans are `false`, `true`. */
  readonly levels: readonly string[];
};

export type TimeColumn = {
  readonly kind: 'time';
  readonly name: string;
  /** Microseconds since 1970 UTC as a double (exact until the year 2255); NaN = missing. */
  readonly micros: Float64Array;
};

export type Column = NumberColumn | CategoryColumn | TimeColumn;

/** Rows are in canonical order: declared time column first, then row hash (DESIGN §5.1). */
export type Frame = { readonly rowCount: number; readonly columns: readonly Column[] };

/** Rows `start` to `start + count − 1` of a frame or of a snapshot. */
export type RowRange = { readonly start: number; readonly count: number };

/** Column-major numbers for an estimator: feature f of row i is `data[f * rowCount + i]`; NaN = missing. */
export type Matrix = {
  readonly rowCount: number;
  readonly names: readonly string[];
  readonly data: Float64Array;
  /** Per feature, of how many levels its values 0, 1 … are the codes; 0 = it holds numbers. Absent: all do. */
  readonly levelCounts?: readonly number[];
};

export function findColumn(frame: Frame, name: string): Column | undefined {
  return frame.columns.find((column) => column.name === name);
}

/** The column, or a `RangeError`: which columns exist was checked when the spec met the snapshot. */
export function requireColumn(frame: Frame, name: string): Column {
  const column = findColumn(frame, name);
  if (column === undefined) throw new RangeError(`The frame has no column "${name}".`);
  return column;
}

/** In a loop: with `every`, asking costs as much as the metric that is asked for. */
export function areFinite(values: Float64Array | Float32Array): boolean {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return false;
  return true;
}

/** Those of the rows that are wanted, in their order. In one loop: `filter` of a typed array costs several times as much. */
export function rowsThat(rows: Int32Array, isWanted: (row: number) => boolean): Int32Array {
  const wanted = new Int32Array(rows.length);
  let count = 0;
  for (let i = 0; i < rows.length; i++)
    if (isWanted(rows[i] as number)) wanted[count++] = rows[i] as number;
  return wanted.slice(0, count);
}

/** New frame with the given rows of the old one, in the given order. */
export function takeRows(frame: Frame, rows: Int32Array): Frame {
  return {
    rowCount: rows.length,
    columns: frame.columns.map((column) => takeColumn(column, rows)),
  };
}

/** One feature as a view, no copy. */
export function matrixColumn(matrix: Matrix, feature: number): Float64Array {
  return matrix.data.subarray(feature * matrix.rowCount, (feature + 1) * matrix.rowCount);
}

export function takeMatrixRows(matrix: Matrix, rows: Int32Array): Matrix {
  const data = new Float64Array(rows.length * matrix.names.length);
  for (let f = 0; f < matrix.names.length; f++) {
    const from = f * matrix.rowCount;
    const to = f * rows.length;
    for (let i = 0; i < rows.length; i++)
      data[to + i] = matrix.data[from + (rows[i] as number)] as number;
  }
  return { ...matrix, rowCount: rows.length, data };
}

export function takeNumbers(values: Float64Array, rows: Int32Array): Float64Array {
  const taken = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = values[rows[i] as number] as number;
  return taken;
}

export function takeCodes(codes: Int32Array, rows: Int32Array): Int32Array {
  const taken = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) taken[i] = codes[rows[i] as number] as number;
  return taken;
}

function takeColumn(column: Column, rows: Int32Array): Column {
  switch (column.kind) {
    case 'number':
      return { ...column, values: takeNumbers(column.values, rows) };
    case 'time':
      return { ...column, micros: takeNumbers(column.micros, rows) };
    case 'category':
      return { ...column, codes: takeCodes(column.codes, rows) };
  }
}
