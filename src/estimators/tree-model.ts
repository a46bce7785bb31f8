import type { Json } from '../domain/json.ts';
import type { Matrix } from '../frame/frame.ts';
import type { KernelCalls, Pointer } from '../kernels/kernel-calls.ts';
import { withKernels } from '../kernels/kernels.ts';
import type { OnnxGraph, Value } from '../onnx/graph.ts';
import { doubles } from '../onnx/tensor.ts';
import {
  areClassCodes,
  bothClasses,
  likeliestClasses,
  normaliseInPlace,
  spreadClasses,
} from './class-codes.ts';
import { bothClassesInOnnx, spreadClassesInOnnx } from './class-onnx.ts';
import type { Contributions, Model } from './estimator.ts';
import { leafSumsOf } from './leaf-sums.ts';
import { ModelReader, ModelWriter } from './model-bytes.ts';
import { neverStops } from './polling.ts';
import { readEnsemble, writeEnsemble } from './tree-bytes.ts';
import { leafContributions } from './tree-contributions.ts';
import { ensembleJson, type TreeEnsemble } from './tree-ensemble.ts';
import { sumLeavesInOnnx } from './tree-onnx.ts';

/** How the sum of leaves becomes an answer; the place in this list is what bytes hold. */
const LINKS = ['value', 'shares', 'logistic', 'softmax', 'exponential'] as const;
type Link = (typeof LINKS)[number];

/** A tree, a forest or boosted trees: output = base + factor · Σ leaves, then the link. */
export type TreeModelContent = {
  readonly algorithm: string;
  /** 0 = regression. */
  readonly classCount: number;
  /** Codes of the classes that the fit saw, ascending. */
  readonly present: Int32Array;
  readonly link: Link;
  /** One per output. */
  readonly base: Float64Array;
  readonly factor: number;
  readonly ensemble: TreeEnsemble;
  /** Share of the impurity or loss that each column took away. */
  readonly importance: Float64Array;
};

const FORMAT = 2;

export function createTreeModel(content: TreeModelContent): Model {
  const { algorithm, classCount, importance } = content;
  const common = {
    algorithm,
    importance: () => importance.slice(),
    contributions: (x: Matrix) => contributionsTo(content, x),
    toOnnx: (graph: OnnxGraph, x: Value) => treesInOnnx(content, graph, x),
    toBytes: () => treeModelBytes(content),
    toJson: () => treeModelJson(content),
  };
  const leafSums = leafSumsOf(content.ensemble);
  if (classCount === 0) return { ...common, predict: (x) => predictValues(content, leafSums(x)) };
  const predictProbabilities = (x: Matrix): Float64Array => probabilities(content, leafSums(x));
  return {
    ...common,
    predictProbabilities,
    predict: (x) => likeliestClasses(predictProbabilities(x), classCount),
  };
}

/** The inverse of `toBytes`. Throws `Failure('corrupt-object')`. */
export function loadTreeModel(algorithm: string, bytes: Uint8Array): Model {
  const reader = new ModelReader(bytes, algorithm, FORMAT);
  const classCount = reader.integerWithin(0, 1 << 20);
  const present = reader.integers(reader.integerWithin(0, classCount));
  const link = LINKS[reader.byte()];
  if (link === undefined || !areClassCodes(present, classCount))
    throw reader.corrupt('the classes make no sense');
  const factor = reader.double();
  const ensemble = readEnsemble(reader);
  const base = reader.doubles(ensemble.outputs);
  const importance = reader.doubles(ensemble.columns);
  reader.finish();
  if (
    ensemble.outputs !== outputsOf(link, present.length) ||
    isOfValues(link) !== (classCount === 0)
  )
    throw reader.corrupt(`${ensemble.outputs} outputs do not fit ${present.length} classes`);
  const content = { algorithm, classCount, present, link, base, factor, ensemble, importance };
  return createTreeModel(content);
}

function treeModelBytes(content: TreeModelContent): Uint8Array {
  const writer = new ModelWriter(content.algorithm, FORMAT);
  writer.integer(content.classCount);
  writer.integer(content.present.length);
  writer.array(content.present);
  writer.byte(LINKS.indexOf(content.link));
  writer.double(content.factor);
  writeEnsemble(writer, content.ensemble);
  writer.array(content.base);
  writer.array(content.importance);
  return writer.finish();
}

function treeModelJson(content: TreeModelContent): Json {
  return {
    algorithm: content.algorithm,
    ...(content.classCount > 0 && {
      classCount: content.classCount,
      classes: Array.from(content.present),
    }),
    link: content.link,
    base: Array.from(content.base),
    factor: content.factor,
    importance: Array.from(content.importance),
    trees: ensembleJson(content.ensemble),
  };
}

function outputsOf(link: Link, presentCount: number): number {
  return isOfValues(link) || link === 'logistic' ? 1 : presentCount;
}

function isOfValues(link: Link): boolean {
  return link === 'value' || link === 'exponential';
}

function predictValues(content: TreeModelContent, sums: Float64Array): Float64Array {
  const raw = outputsInPlace(content, sums);
  if (content.link === 'value') return raw;
  return throughKernel(raw, (calls, at) => calls.exponentialInPlace(at, raw.length));
}

function outputsInPlace({ base, factor }: TreeModelContent, sums: Float64Array): Float64Array {
  const width = base.length;
  for (let row = 0; row < sums.length; row += width)
    for (let k = 0; k < width; k++)
      sums[row + k] = (base[k] as number) + factor * (sums[row + k] as number);
  return sums;
}

function probabilities(content: TreeModelContent, sums: Float64Array): Float64Array {
  const { link, present, classCount } = content;
  const raw = outputsInPlace(content, sums);
  const rowCount = raw.length / content.base.length;
  const shares =
    // Leaves are singles: their shares sum to 1 only nearly.
    link === 'shares'
      ? normaliseInPlace(raw, present.length)
      : link === 'logistic'
        ? bothClasses(throughKernel(raw, (calls, at) => calls.sigmoidInPlace(at, raw.length)))
        : throughKernel(raw, (calls, at) => calls.softmaxInPlace(at, rowCount, present.length));
  return spreadClasses(shares, present, classCount);
}

const SCALES = {
  value: 'value',
  shares: 'probability',
  logistic: 'log_odds',
  softmax: 'score',
  exponential: 'log_mean',
} as const satisfies { readonly [link in Link]: Contributions['scale'] };

function contributionsTo(
  { link, present, base, factor, ensemble }: TreeModelContent,
  x: Matrix,
): Contributions {
  const { shares, expected } = leafContributions(ensemble, x);
  return {
    scale: SCALES[link],
    ...(link === 'logistic'
      ? { classes: present.slice(1), against: present[0] as number }
      : { classes: present.slice() }),
    expected: expected.map((mean, k) => (base[k] as number) + factor * mean),
    shares: shares.map((share) => factor * share),
  };
}

function treesInOnnx(content: TreeModelContent, graph: OnnxGraph, x: Value): Value {
  const { link, present, classCount, base, factor, ensemble } = content;
  const sums = sumLeavesInOnnx(graph, x, ensemble);
  const scaled = graph.node('Mul', [sums, graph.constant(doubles([factor], []))]);
  const raw = graph.node('Add', [scaled, graph.constant(doubles(base, [1, base.length]))]);
  switch (link) {
    case 'value':
      return raw;
    case 'exponential':
      return graph.node('Exp', [raw]);
    case 'logistic': {
      const both = bothClassesInOnnx(graph, graph.node('Sigmoid', [raw]));
      return spreadClassesInOnnx(graph, both, present, classCount);
    }
    case 'softmax': {
      const shares = graph.node('Softmax', [raw], { axis: 1 });
      return spreadClassesInOnnx(graph, shares, present, classCount);
    }
    case 'shares': {
      const axis = graph.constant({ kind: 'int64', dims: [1], values: Int32Array.of(1) });
      const shares = graph.node('Div', [raw, graph.node('ReduceSum', [raw, axis])]);
      return spreadClassesInOnnx(graph, shares, present, classCount);
    }
  }
}

/** The values after a kernel changed them where they lay. */
function throughKernel(
  values: Float64Array,
  change: (calls: KernelCalls, at: Pointer) => void,
): Float64Array {
  return withKernels(neverStops, (kernels) => {
    const at = kernels.put(values);
    change(kernels.calls, at);
    return kernels.doublesAt(at, values.length).slice();
  });
}
