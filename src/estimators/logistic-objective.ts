import type { Matrix } from '../frame/frame.ts';
import type { Pointer } from '../kernels/kernel-calls.ts';
import type { Kernels } from '../kernels/kernels.ts';
import { factorise } from './cholesky.ts';
import { type Curvature, diagonalCurvature, exactCurvature, type Objective } from './minimise.ts';
import { putStandardised, type Standardisation } from './standard-columns.ts';

export type LogisticRows = {
  readonly x: Matrix;
  /** Places among the present classes. */
  readonly target: Float64Array;
  readonly weights: Float64Array | undefined;
  readonly outputs: number;
};

export type LinearFunction = {
  readonly coefficients: Float64Array;
  readonly intercepts: Float64Array;
};

/** Unknowns up to which second derivatives are computed; they cost rows · unknowns². */
const EXACT_SIZE = 256;

/**
 * The logistic objective in the kernels' memory, as a function of coefficients of standardised columns: outputs ×
 * (columns + 1), the intercept last. The penalty stays on the coefficients in the columns' own units.
 */
export function logisticObjective(
  kernels: Kernels,
  rows: LogisticRows,
  C: number,
  poll: () => void,
) {
  const { x, target, weights, outputs } = rows;
  const columns = x.names.length;
  const width = columns + 1;
  const size = outputs * width;
  const ones = new Float64Array(x.rowCount).fill(1);
  const table = putStandardised(kernels, x, weights, ones);
  const problem = kernels.calls.createLogistic(
    table.at,
    x.rowCount,
    width,
    kernels.put(target),
    table.weights,
    outputs,
  );
  const penalties = penaltiesOf(table.scales, outputs);
  const at = kernels.reserveDoubles(size);
  const gradientAt = kernels.reserveDoubles(size);
  const weight = weights?.reduce((sum, one) => sum + one, 0) ?? x.rowCount;
  const objective: Objective = {
    size,
    evaluateInto(w, gradient) {
      kernels.doublesAt(at, size).set(w);
      let value = C * kernels.calls.logisticLoss(problem, at, gradientAt);
      const slopes = kernels.doublesAt(gradientAt, size);
      for (let i = 0; i < size; i++) {
        const pull = (penalties[i] as number) * (w[i] as number);
        value += 0.5 * pull * (w[i] as number);
        gradient[i] = C * (slopes[i] as number) + pull;
      }
      return value;
    },
    curvature: () =>
      size > EXACT_SIZE
        ? diagonalCurvature(penalties.map((penalty) => penalty + (C * weight) / 4))
        : hessian(kernels, { problem, size, outputs, weight, C, penalties, poll }),
  };
  return { objective, scales: table.scales, ...unitChange(table, outputs) };
}

/** 1 / deviation² per coefficient, 0 for the intercepts. */
function penaltiesOf(scales: Float64Array, outputs: number): Float64Array {
  const width = scales.length + 1;
  const penalties = new Float64Array(outputs * width);
  for (let k = 0; k < outputs; k++)
    scales.forEach((scale, j) => {
      penalties[k * width + j] = scale === 0 ? 1 : 1 / (scale * scale);
    });
  return penalties;
}

type HessianInput = {
  readonly problem: Pointer;
  readonly size: number;
  readonly outputs: number;
  readonly weight: number;
  readonly C: number;
  readonly penalties: Float64Array;
  readonly poll: () => void;
};

function hessian(kernels: Kernels, input: HessianInput): Curvature {
  const { size, outputs, C, penalties } = input;
  const mark = kernels.calls.mark();
  const out = kernels.reserveDoubles(size * size);
  kernels.calls.logisticHessian(input.problem, out);
  const matrix = kernels.doublesAt(out, size * size).slice();
  kernels.calls.release(mark);
  for (let i = 0; i < matrix.length; i++) matrix[i] = C * (matrix[i] as number);
  for (let i = 0; i < size; i++)
    matrix[i * size + i] = (matrix[i * size + i] as number) + (penalties[i] as number);
  if (outputs > 1) fixCommonShift(matrix, size, outputs, (C * input.weight) / outputs ** 2);
  return exactCurvature(factorise(matrix, size, input.poll));
}

/** Adding a number to all intercepts changes nothing: that direction gets a curvature, and its gradient is 0 anyway. */
function fixCommonShift(matrix: Float64Array, size: number, outputs: number, amount: number): void {
  const width = size / outputs;
  for (let a = width - 1; a < size; a += width)
    for (let b = width - 1; b < size; b += width)
      matrix[a * size + b] = (matrix[a * size + b] as number) + amount;
}

/** Coefficients of standardised columns and of the columns as they are, into each other. */
function unitChange({ centres, scales }: Standardisation, outputs: number) {
  const columns = scales.length;
  const width = columns + 1;
  const fromStandard = (w: Float64Array): LinearFunction => {
    const coefficients = new Float64Array(outputs * columns);
    const intercepts = new Float64Array(outputs);
    for (let k = 0; k < outputs; k++) {
      let intercept = w[k * width + columns] as number;
      for (let j = 0; j < columns; j++) {
        const scale = scales[j] as number;
        const coefficient = scale === 0 ? 0 : (w[k * width + j] as number) / scale;
        coefficients[k * columns + j] = coefficient;
        intercept -= coefficient * (centres[j] as number);
      }
      intercepts[k] = intercept;
    }
    return { coefficients, intercepts };
  };
  const toStandard = ({ coefficients, intercepts }: LinearFunction): Float64Array => {
    const w = new Float64Array(outputs * width);
    for (let k = 0; k < outputs; k++) {
      let intercept = intercepts[k] as number;
      for (let j = 0; j < columns; j++) {
        const coefficient = coefficients[k * columns + j] as number;
        w[k * width + j] = coefficient * (scales[j] as number);
        intercept += coefficient * (centres[j] as number);
      }
      w[k * width + columns] = intercept;
    }
    return w;
  };
  return { fromStandard, toStandard };
}
