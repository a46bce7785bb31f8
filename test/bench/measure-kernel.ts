import type { Model, Target } from '../../src/estimators/estimator.ts';
import { type Matrix, takeMatrixRows } from '../../src/frame/frame.ts';
import type { KernelCase } from './kernel-cases.ts';
import type { KernelTable } from './kernel-data.ts';
import type { Measured } from './kernel-peer.ts';

const BATCH_ROWS = 10;
const BATCHES = 50;

/** Fits, whole predictions and small batches, each repeated for `seconds` of processor time. */
export function measureOurs(
  { estimator, parameters }: KernelCase,
  table: KernelTable,
  seconds: number,
): Measured {
  const { train, held } = divide(table);
  const chosen = estimator.parameters.parse(parameters);
  const fit = (): Model => estimator.fit(train.x, train.y, chosen, { seed: 7n });
  const model = fit();
  const batches = Array.from({ length: Math.min(BATCHES, table.held / BATCH_ROWS) }, (_, i) =>
    takeMatrixRows(
      held.x,
      Int32Array.from({ length: BATCH_ROWS }, (_row, r) => i * BATCH_ROWS + r),
    ),
  );
  const answer = (x: Matrix) => model.predictProbabilities?.(x) ?? model.predict(x);
  const measured = {
    fitMs: cpuMsOf(fit, seconds),
    rowMicros: (1000 * cpuMsOf(() => answer(held.x), seconds)) / table.held,
    batchMicros: (1000 * cpuMsOf(() => batches.forEach(answer), seconds)) / batches.length,
    score: scoreOf(model.predict(held.x), held.y),
  };
  model.free?.();
  return measured;
}

/** Milliseconds of processor time, all threads, of one call: the mean over as many as take `seconds`. */
function cpuMsOf(work: () => unknown, seconds: number): number {
  const start = process.cpuUsage();
  for (let calls = 1; ; calls++) {
    work();
    const { user, system } = process.cpuUsage(start);
    if (user + system >= seconds * 1e6) return (user + system) / 1000 / calls;
  }
}

type Part = { readonly x: Matrix; readonly y: Target };

function divide({ rows, held, columns, task, x, y }: KernelTable): { train: Part; held: Part } {
  const names = Array.from({ length: columns }, (_, f) => `x${f}`);
  const whole = { rowCount: rows + held, names, data: x };
  const part = (from: number, count: number): Part => {
    const numbers = Int32Array.from({ length: count }, (_, i) => from + i);
    const target = y.slice(from, from + count);
    return {
      x: takeMatrixRows(whole, numbers),
      y:
        task === 'classification'
          ? { kind: 'classes', codes: Int32Array.from(target), classes: ['a', 'b', 'c'] }
          : { kind: 'values', values: target },
    };
  };
  return { train: part(0, rows), held: part(rows, held) };
}

/** Accuracy, or root mean squared error. */
function scoreOf(predicted: Float64Array, y: Target): number {
  if (y.kind === 'classes')
    return y.codes.filter((code, i) => code === predicted[i]).length / y.codes.length;
  const squares = y.values.map((value, i) => (value - (predicted[i] as number)) ** 2);
  return Math.sqrt(squares.reduce((sum, one) => sum + one, 0) / squares.length);
}
