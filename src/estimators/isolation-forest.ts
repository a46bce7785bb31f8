import { z } from 'zod';
import type { Matrix } from '../frame/frame.ts';
import { exponential } from './elementary.ts';
import type { Estimator, Model } from './estimator.ts';
import {
  growIsolationTrees,
  type IsolationTrees,
  meanPath,
  pathLengths,
} from './isolation-trees.ts';
import { ModelReader, ModelWriter } from './model-bytes.ts';
import { pollOf } from './polling.ts';

const FORMAT = 1;
const MAX_NODES = 1 << 26;

export const isolationParameters = z.strictObject({
  trees: z.int().min(1).max(10_000).default(100),
  sample: z.int().min(2).max(100_000).default(256).describe('Rows that each tree is grown on.'),
  contamination: z
    .union([z.literal('auto'), z.number().gt(0).lte(0.5)])
    .default('auto')
    .describe(
      'The share of training rows that are called anomalies; `auto`: those that score above one half.',
    ),
  anomaly: z
    .string()
    .nullable()
    .default(null)
    .describe('The label of an anomaly; `target.positive` fills it in. Null: the last.'),
});
type Parameters = z.output<typeof isolationParameters>;

/** A forest and what its scores are measured by. */
type Isolation = {
  readonly trees: IsolationTrees;
  /** A path of this length scores one half. */
  readonly usualPath: number;
  /** Scores above it are anomalies. */
  readonly threshold: number;
  readonly columns: number;
};

/**
 * How alone a row is: anomalies are cut off by few random cuts (Liu, Ting and Zhou 2008). Labels are never looked at,
 * only measured against. Its "probability" is the score moved so that the threshold stands at one half: it ranks, and is
 * no share of anything.
 */
export const isolationForest = Object.freeze<Estimator>({
  id: 'isolation_forest',
  tasks: ['anomaly'] as const,
  supports: {
    missing: false,
    weights: false,
    probabilities: true,
    importance: false,
    randomness: true,
    scaledInput: false,
  },
  parameters: isolationParameters,
  space: { trees: [100, 300], sample: [64, 256, 1024] },
  fit(x, y, given, { seed, stop }) {
    if (y.kind !== 'classes') throw new RangeError('An isolation forest tells two classes apart.');
    const parameters = isolationParameters.parse(given);
    const isolation = fitIsolation(x, parameters, { seed, poll: pollOf(stop) });
    return createModel(isolation, codeOf(y.classes, parameters.anomaly), y.classes.length);
  },
  load(bytes) {
    const reader = new ModelReader(bytes, 'isolation_forest', FORMAT);
    const width = reader.integerWithin(1, 1 << 20);
    const anomaly = reader.integerWithin(0, width - 1);
    const columns = reader.integerWithin(0, 1 << 24);
    const [usualPath, threshold] = [reader.double(), reader.double()];
    const trees = readTrees(reader, columns);
    reader.finish();
    return createModel({ trees, usualPath, threshold, columns }, anomaly, width);
  },
});

/** The forest of these rows and the threshold that calls the asked share of them anomalies. */
export function fitIsolation(
  x: Matrix,
  { trees: count, sample, contamination }: Pick<Parameters, 'trees' | 'sample' | 'contamination'>,
  { seed, poll }: { readonly seed: bigint; readonly poll: () => void },
): Isolation {
  const trees = growIsolationTrees(x, { trees: count, sample, seed, poll });
  const isolation = {
    trees,
    usualPath: meanPath(Math.min(sample, x.rowCount)),
    threshold: 0.5,
    columns: x.names.length,
  };
  if (contamination === 'auto') return isolation;
  return { ...isolation, threshold: upperQuantile(isolationScores(isolation, x), contamination) };
}

/** 2^(−path ÷ usual path): near 1 an anomaly, well below one half an ordinary row. */
export function isolationScores({ trees, usualPath }: Isolation, x: Matrix): Float64Array {
  const lengths = pathLengths(trees, x);
  return lengths.map((length) =>
    usualPath === 0 ? 0.5 : exponential((-Math.LN2 * length) / usualPath),
  );
}

/** The score that the share of rows lies above, between two rows where it falls between them. */
function upperQuantile(scores: Float64Array, share: number): number {
  const sorted = scores.slice().sort();
  const place = (sorted.length - 1) * (1 - share);
  const low = Math.floor(place);
  const value = sorted[low] as number;
  const next = sorted[Math.min(low + 1, sorted.length - 1)] as number;
  return value + (place - low) * (next - value);
}

function codeOf(classes: readonly string[], anomaly: string | null): number {
  const code = anomaly === null ? -1 : classes.indexOf(anomaly);
  return code >= 0 ? code : classes.length - 1;
}

function createModel(isolation: Isolation, anomaly: number, width: number): Model {
  const { trees, usualPath, threshold, columns } = isolation;
  const chances = (x: Matrix): Float64Array =>
    isolationScores(isolation, x).map((score) => movedToHalf(score, threshold));
  return {
    algorithm: 'isolation_forest',
    predict: (x) => {
      const ordinary = anomaly === 0 ? Math.min(1, width - 1) : 0;
      return chances(x).map((chance) => (chance > 0.5 ? anomaly : ordinary));
    },
    predictProbabilities: (x) => {
      const output = new Float64Array(x.rowCount * width);
      const ordinary = anomaly === 0 ? Math.min(1, width - 1) : 0;
      chances(x).forEach((chance, row) => {
        output[row * width + ordinary] = 1 - chance;
        output[row * width + anomaly] = width === 1 ? 1 : chance;
      });
      return output;
    },
    toBytes: () => {
      const writer = new ModelWriter('isolation_forest', FORMAT);
      writer.integer(width);
      writer.integer(anomaly);
      writer.integer(columns);
      writer.double(usualPath);
      writer.double(threshold);
      writer.integer(trees.roots.length);
      writer.integer(trees.feature.length);
      for (const part of [trees.roots, trees.feature, trees.left, trees.value]) writer.array(part);
      return writer.finish();
    },
    toJson: () => ({
      algorithm: 'isolation_forest',
      trees: trees.roots.length,
      nodes: trees.feature.length,
      threshold,
    }),
  };
}

/** Keeps the order: up to the threshold within 0 … ½, above it within ½ … 1. */
function movedToHalf(score: number, threshold: number): number {
  if (score <= threshold) return (0.5 * score) / threshold;
  return 0.5 + (0.5 * (score - threshold)) / (1 - threshold);
}

/** Children come after their parent, so every walk ends. */
function readTrees(reader: ModelReader, columns: number): IsolationTrees {
  const count = reader.integerWithin(1, 10_000);
  const nodes = reader.integerWithin(count, MAX_NODES);
  const [roots, feature, left] = [
    reader.integers(count),
    reader.integers(nodes),
    reader.integers(nodes),
  ];
  const value = reader.doubles(nodes);
  const isSound =
    roots.every((root) => root >= 0 && root < nodes) &&
    feature.every((at, node) => {
      if (at === -1) return true;
      const child = left[node] as number;
      return at >= 0 && at < columns && child > node && child + 1 < nodes;
    });
  if (!isSound) throw reader.corrupt('a tree leads nowhere');
  return { roots, feature, left, value };
}
