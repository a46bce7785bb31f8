import type { Matrix } from '../frame/frame.ts';
import { type Kernels, withKernels } from '../kernels/kernels.ts';
import type { Target } from './estimator.ts';
import { innerFolds } from './inner-folds.ts';
import { type Network, parameterCount, putRows } from './network.ts';
import { putStandardised } from './standard-columns.ts';

export type NetworkRows = {
  readonly x: Matrix;
  /** By which rows are divided. */
  readonly y: Target;
  /** Classes from 0 on, or standardised numbers where there is one output. */
  readonly target: Float64Array;
  readonly weights: Float64Array | undefined;
  readonly outputs: number;
  readonly seed: bigint;
  readonly plan: {
    readonly units: number;
    readonly layers: number;
    readonly learning_rate: number;
    readonly alpha: number;
    readonly max_epochs: number;
  };
};

const MOST_BATCH = 200;
const LEAST_BATCH = 16;
/** Batches per epoch, as far as the sizes of batches allow. */
const BATCHES = 16;
/** Fewer rows than this all train. */
const LEAST_ROWS_TO_SPLIT = 40;
/** One in this many rows watches. */
const WATCHING = 10;
/** Epochs without a better loss before training ends. */
const PATIENCE = 30;
/** A loss is better by this share at least. */
const BETTER = 1e-4;

/** The network of the best epoch: by the rows that watch, or by all where they are few. `poll` may throw to end it. */
export function trainNetwork(rows: NetworkRows, poll: () => void): Network {
  const { x, plan, outputs, seed } = rows;
  const hidden = Array.from({ length: plan.layers }, () => plan.units);
  const sizes = [x.names.length, ...hidden, outputs];
  poll();
  return withKernels(poll, (kernels) => {
    const { calls } = kernels;
    const { learning, watching } = divide(rows, poll);
    const batch = Math.min(MOST_BATCH, Math.max(LEAST_BATCH, Math.ceil(learning.length / BATCHES)));
    const { table, centres, scales } = putStandardRows(kernels, x);
    const [target, order, watchers] = [
      kernels.put(rows.target),
      kernels.put(learning),
      kernels.put(watching),
    ];
    const weights = rows.weights === undefined ? 0 : kernels.put(rows.weights);
    const network = calls.createNetwork(
      kernels.put(Int32Array.from(sizes)),
      sizes.length - 1,
      batch,
    );
    calls.drawParameters(network, seed);
    const parametersAt = calls.networkParameters(network);
    const read = () => kernels.doublesAt(parametersAt, parameterCount(sizes)).slice();
    const lossOf = () =>
      calls.networkLoss(network, table, target, weights, watchers, watching.length);
    let best = { loss: lossOf(), epoch: 0, parameters: read() };
    for (let epoch = 1; epoch <= plan.max_epochs && epoch - best.epoch <= PATIENCE; epoch++) {
      poll();
      calls.shuffleRows(order, learning.length, seed, BigInt(epoch));
      const { learning_rate, alpha } = plan;
      const data = [table, target, weights, order, learning.length] as const;
      calls.trainEpoch(network, ...data, learning_rate, alpha);
      const loss = lossOf();
      if (loss < best.loss * (1 - BETTER)) best = { loss, epoch, parameters: read() };
    }
    return { sizes, parameters: best.parameters, centres, scales };
  });
}

/** Row numbers that are learned from, and those that say when it is enough. */
function divide({ x, y, seed }: NetworkRows, poll: () => void) {
  const all = Int32Array.from({ length: x.rowCount }, (_, row) => row);
  if (x.rowCount < LEAST_ROWS_TO_SPLIT) return { learning: all, watching: all };
  const folds = innerFolds(
    { x, y },
    { folds: WATCHING, seed: Number(BigInt.asUintN(53, seed)), poll },
  );
  const watching = all.filter((row) => folds[row] === 0);
  const learning = all.filter((row) => folds[row] !== 0);
  // Rows that are all alike stand in one fold.
  return learning.length === 0 ? { learning: all, watching: all } : { learning, watching };
}

function putStandardRows(kernels: Kernels, x: Matrix) {
  const mark = kernels.calls.mark();
  const { centres, scales } = putStandardised(kernels, x, undefined);
  kernels.calls.release(mark);
  return { table: putRows(kernels, x, { centres, scales }), centres, scales };
}
