import { type Matrix, matrixColumn } from '../../src/frame/frame.ts';

/** The matrix with the given columns of another, which may be taken twice. */
export function takeMatrixColumns(matrix: Matrix, columns: readonly number[]): Matrix {
  const { rowCount, names } = matrix;
  const data = new Float64Array(rowCount * columns.length);
  columns.forEach((column, i) => {
    data.set(matrixColumn(matrix, column), i * rowCount);
  });
  return { rowCount, names: columns.map((column) => names[column] as string), data };
}
