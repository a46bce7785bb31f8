import { z } from 'zod';
import type { Matrix } from '../frame/frame.ts';
import { likeliestClasses } from './class-codes.ts';
import type { Contributions, Estimator, Model, Target } from './estimator.ts';
import { ModelReader, ModelWriter } from './model-bytes.ts';
import { pollOf } from './polling.ts';
import { scaleTarget } from './target-scale.ts';
import { weighedRows } from './training-rows.ts';
import { weightedQuantile } from './weighted-quantile.ts';

const FORMAT = 1;

const parameters = z.strictObject({
  quantile: z.exactOptional(z.number().gt(0).lt(1)).describe('Of numbers, in place of their mean.'),
});

/** What any model has to beat: the weighted shares of the classes, the weighted mean or a quantile, whatever the row. */
export const baseline = Object.freeze<Estimator>({
  id: 'baseline',
  tasks: ['classification', 'regression'] as const,
  supports: {
    missing: true,
    weights: true,
    probabilities: true,
    importance: false,
    contributions: true,
    randomness: false,
    scaledInput: false,
  },
  parameters,
  space: {},
  fit(x, y, given, { weights, stop }) {
    pollOf(stop)();
    const rows = weighedRows(x, y, weights);
    const { quantile } = parameters.parse(given);
    return createModel(rows.y.kind, answerOf(rows.y, rows.weights, quantile));
  },
  load(bytes) {
    const reader = new ModelReader(bytes, 'baseline', FORMAT);
    const kind = reader.byte() === 0 ? 'values' : 'classes';
    const answer = reader.doubles(reader.integerWithin(1, 1 << 20));
    if (kind === 'values' && answer.length !== 1) throw reader.corrupt('it has several means');
    reader.finish();
    return createModel(kind, answer);
  },
});

function answerOf(
  y: Target,
  weights: Float64Array | undefined,
  quantile: number | undefined,
): Float64Array {
  if (y.kind === 'values')
    return Float64Array.of(
      quantile === undefined
        ? scaleTarget(y.values, weights).centre
        : weightedQuantile(y.values, quantile, weights),
    );
  const shares = new Float64Array(y.classes.length);
  let total = 0;
  y.codes.forEach((code, i) => {
    const weight = weights?.[i] ?? 1;
    shares[code] = (shares[code] as number) + weight;
    total += weight;
  });
  return shares.map((share) => share / total);
}

function createModel(kind: Target['kind'], answer: Float64Array): Model {
  const common = {
    algorithm: 'baseline',
    contributions: (x: Matrix) => noContributions(kind, answer, x),
    toBytes: () => {
      const writer = new ModelWriter('baseline', FORMAT);
      writer.byte(kind === 'values' ? 0 : 1);
      writer.integer(answer.length);
      writer.array(answer);
      return writer.finish();
    },
  };
  if (kind === 'values') {
    const mean = answer[0] as number;
    return {
      ...common,
      predict: (x) => new Float64Array(x.rowCount).fill(mean),
      toJson: () => ({ algorithm: 'baseline', mean }),
    };
  }
  const [majority] = likeliestClasses(answer, answer.length);
  return {
    ...common,
    predict: (x) => new Float64Array(x.rowCount).fill(majority as number),
    predictProbabilities: (x) => repeat(answer, x),
    toJson: () => ({ algorithm: 'baseline', shares: Array.from(answer) }),
  };
}

/** No feature adds anything. */
function noContributions(kind: Target['kind'], answer: Float64Array, x: Matrix): Contributions {
  const isValue = kind === 'values';
  return {
    scale: isValue ? 'value' : 'probability',
    classes: isValue ? new Int32Array(0) : Int32Array.from(answer, (_, code) => code),
    expected: answer.slice(),
    shares: new Float64Array(x.rowCount * answer.length * x.names.length),
  };
}

function repeat(row: Float64Array, { rowCount }: Matrix): Float64Array {
  const rows = new Float64Array(rowCount * row.length);
  for (let i = 0; i < rowCount; i++) rows.set(row, i * row.length);
  return rows;
}
