import { withKernels } from '../kernels/kernels.ts';
import { neverStops } from './polling.ts';
import { fitSigmoid } from './sigmoid.ts';

/** Classes of rows, and how probable each was held to be by a model that had not seen the row. */
export type JudgedClasses = {
  /** Codes, one per row. */
  readonly truth: Int32Array;
  /** rows × classes, row-major. */
  readonly probabilities: Float64Array;
  readonly classCount: number;
  readonly weights?: Float64Array | undefined;
};

/** Corrects one class's probability. */
export type Curve =
  | { readonly kind: 'same' }
  /** P = 1 ÷ (1 + exp(−(slope · log odds + shift))), Platt's (1999). */
  | { readonly kind: 'platt'; readonly slope: number; readonly shift: number }
  /** The non-decreasing function nearest to what was true: its corners, straight between them, level outside. */
  | { readonly kind: 'isotonic'; readonly from: readonly number[]; readonly to: readonly number[] };

/** Of two classes the curve of the second; of several one each, and the results are made to add up to 1. */
export type Calibration = { readonly curves: readonly Curve[] };

/** No log odds beyond this probability. */
const CERTAIN = 1e-12;

/**
 * What makes probabilities those that were observed, learned from rows that the model has not seen. A class that is never
 * or always true in them keeps its own.
 */
export function fitCalibration(method: 'platt' | 'isotonic', rows: JudgedClasses): Calibration {
  const { truth, classCount, weights } = rows;
  const asked = classCount === 2 ? [1] : Array.from({ length: classCount }, (_, code) => code);
  const curves = asked.map((code): Curve => {
    const isTrue = Float64Array.from(truth, (one) => (one === code ? 1 : 0));
    if (!isTrue.includes(1) || !isTrue.includes(0)) return { kind: 'same' };
    const probability = columnOf(rows, code);
    if (method === 'isotonic') return isotonic(probability, isTrue, weights);
    return { kind: 'platt', ...fitSigmoid(logOdds(probability), isTrue, weights, neverStops) };
  });
  return { curves };
}

/** The corrected probabilities: rows × classes, row-major, each row sums to 1. */
export function calibrate(
  { curves }: Calibration,
  probabilities: Float64Array,
  classCount: number,
): Float64Array {
  const rows = { probabilities, classCount };
  const output = new Float64Array(probabilities.length);
  if (classCount === 2) {
    follow(curves[0] as Curve, columnOf(rows, 1)).forEach((value, row) => {
      output[2 * row] = 1 - value;
      output[2 * row + 1] = value;
    });
    return output;
  }
  curves.forEach((curve, code) => {
    follow(curve, columnOf(rows, code)).forEach((value, row) => {
      output[row * classCount + code] = value;
    });
  });
  normaliseRowsIn(output, classCount);
  return output;
}

function columnOf(
  { probabilities, classCount }: Pick<JudgedClasses, 'probabilities' | 'classCount'>,
  code: number,
): Float64Array {
  return Float64Array.from(
    { length: probabilities.length / classCount },
    (_, row) => probabilities[row * classCount + code] as number,
  );
}

function follow(curve: Curve, probability: Float64Array): Float64Array {
  switch (curve.kind) {
    case 'same':
      return probability;
    case 'platt': {
      const decisions = logOdds(probability).map((one) => curve.slope * one + curve.shift);
      return withKernels(neverStops, (kernels) => {
        const at = kernels.put(decisions);
        kernels.calls.sigmoidInPlace(at, decisions.length);
        return kernels.doublesAt(at, decisions.length).slice();
      });
    }
    case 'isotonic':
      return probability.map((one) => interpolate(curve, one));
  }
}

function logOdds(probability: Float64Array): Float64Array {
  return withKernels(neverStops, ({ calls }) =>
    probability.map((one) => {
      const inside = Math.min(1 - CERTAIN, Math.max(CERTAIN, one));
      return calls.logarithm(inside) - calls.logarithm(1 - inside);
    }),
  );
}

type Block = { readonly from: number; readonly until: number; sum: number; weight: number };

/** Pool adjacent violators (Ayer et al. 1955): rows of one probability first, then blocks whose means descend. O(rows·log rows). */
function isotonic(
  probability: Float64Array,
  isTrue: Float64Array,
  weights: Float64Array | undefined,
): Curve {
  const order = Int32Array.from(probability.keys()).sort(
    (a, b) => (probability[a] as number) - (probability[b] as number) || a - b,
  );
  const blocks: Block[] = [];
  for (const row of order) {
    const at = probability[row] as number;
    const weight = weights?.[row] ?? 1;
    const last = blocks.at(-1);
    if (last !== undefined && last.from === at && last.until === at) {
      last.sum += weight * (isTrue[row] as number);
      last.weight += weight;
    } else {
      poolIn(blocks);
      blocks.push({ from: at, until: at, sum: weight * (isTrue[row] as number), weight });
    }
  }
  poolIn(blocks);
  const corners = blocks.flatMap(({ from, until, sum, weight }) => {
    const to = sum / weight;
    return from === until
      ? [{ from, to }]
      : [
          { from, to },
          { from: until, to },
        ];
  });
  return {
    kind: 'isotonic',
    from: corners.map(({ from }) => from),
    to: corners.map(({ to }) => to),
  };
}

/** Joins the last block with those before it as long as it is below them. */
function poolIn(blocks: Block[]): void {
  for (;;) {
    const [before, last] = [blocks.at(-2), blocks.at(-1)];
    if (before === undefined || last === undefined) return;
    if (last.sum * before.weight > before.sum * last.weight) return;
    blocks.splice(-2, 2, {
      from: before.from,
      until: last.until,
      sum: before.sum + last.sum,
      weight: before.weight + last.weight,
    });
  }
}

function interpolate(
  { from, to }: { readonly from: readonly number[]; readonly to: readonly number[] },
  at: number,
): number {
  let low = 0;
  let high = from.length - 1;
  if (at <= (from[low] as number)) return to[low] as number;
  if (at >= (from[high] as number)) return to[high] as number;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((from[middle] as number) <= at) low = middle;
    else high = middle;
  }
  const [left, right] = [from[low] as number, from[high] as number];
  const share = (at - left) / (right - left);
  return (to[low] as number) * (1 - share) + (to[high] as number) * share;
}

/** A row of zeros knows nothing: all classes are equal. */
function normaliseRowsIn(output: Float64Array, classCount: number): void {
  for (let from = 0; from < output.length; from += classCount) {
    const row = output.subarray(from, from + classCount);
    const sum = row.reduce((total, one) => total + one, 0);
    row.forEach((one, code) => {
      row[code] = sum > 0 ? one / sum : 1 / classCount;
    });
  }
}
