import { withKernels } from '../kernels/kernels.ts';
import { logisticObjective } from './logistic-objective.ts';
import { minimiseInto } from './minimise.ts';

/** P = 1 ÷ (1 + exp(−(slope · decision + shift))). */
export type Sigmoid = { readonly slope: number; readonly shift: number };

/** Against the sum over all rows, the penalty that keeps the slope finite is nothing. */
const C = 1e6;
const TOLERANCE = 1e-10;
const MAX_STEPS = 100;

/**
 * The sigmoid of a decision that explains best which rows are positive (1, else 0): logistic regression on one column.
 * Targets are Platt's, (positives + 1) ÷ (positives + 2) and 1 ÷ (negatives + 2), so that no row is certain.
 */
export function fitSigmoid(
  decisions: Float64Array,
  isPositive: Float64Array,
  weights: Float64Array | undefined,
  poll: () => void,
): Sigmoid {
  const weightOf = (side: number): number =>
    isPositive.reduce((sum, one, i) => (one === side ? sum + (weights?.[i] ?? 1) : sum), 0);
  const [negatives, positives] = [weightOf(0), weightOf(1)];
  const target = isPositive.map((one) =>
    one === 1 ? (positives + 1) / (positives + 2) : 1 / (negatives + 2),
  );
  const x = { rowCount: decisions.length, names: ['decision'], data: decisions };
  return withKernels(poll, (kernels) => {
    const rows = { x, target, weights, outputs: 1 };
    const { objective, start, inOwnUnits } = logisticObjective(
      kernels,
      rows,
      { C, l1Ratio: 0 },
      poll,
    );
    minimiseInto(objective, TOLERANCE, MAX_STEPS, start);
    const { coefficients, intercepts } = inOwnUnits(start);
    return { slope: coefficients[0] as number, shift: intercepts[0] as number };
  });
}
