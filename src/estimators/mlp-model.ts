import type { Json } from '../domain/json.ts';
import type { Matrix } from '../frame/frame.ts';
import { withKernels } from '../kernels/kernels.ts';
import { areClassCodes, likeliestClasses, spreadClasses } from './class-codes.ts';
import type { Model } from './estimator.ts';
import { ModelReader, ModelWriter } from './model-bytes.ts';
import { type Network, parameterCount } from './network.ts';
import { neverStops } from './polling.ts';
import { eachRowBlock } from './row-blocks.ts';

export const MLP = 'mlp';
const FORMAT = 1;

export type MlpContent = {
  /** 0 = regression. */
  readonly classCount: number;
  /** Codes of the classes that the fit saw, ascending. */
  readonly present: Int32Array;
  /** value = centre + scale · score (regression). */
  readonly centre: number;
  readonly scale: number;
  readonly network: Network;
};

export function createMlpModel(content: MlpContent): Model {
  const { classCount, centre, scale } = content;
  const common = {
    algorithm: MLP,
    toBytes: () => bytesOf(content),
    toJson: () => jsonOf(content),
  };
  if (classCount === 0)
    return {
      ...common,
      predict: (x) => outputsOf(content, x).map((score) => centre + scale * score),
    };
  const predictProbabilities = (x: Matrix): Float64Array => probabilities(content, x);
  return {
    ...common,
    predictProbabilities,
    predict: (x) => likeliestClasses(predictProbabilities(x), classCount),
  };
}

/** rows × outputs: scores, or probabilities of classes. */
function outputsOf({ classCount, network }: MlpContent, x: Matrix): Float64Array {
  const { sizes, parameters } = network;
  if (x.names.length !== sizes[0])
    throw new RangeError(`The model takes ${sizes[0]} columns, not ${x.names.length}.`);
  return withKernels(neverStops, (kernels) => {
    const { calls } = kernels;
    const outputs = sizes.at(-1) as number;
    const out = kernels.reserveDoubles(x.rowCount * outputs);
    const [centres, scales] = [kernels.put(network.centres), kernels.put(network.scales)];
    const sizesAt = kernels.put(Int32Array.from(sizes));
    const net = calls.createNetwork(sizesAt, sizes.length - 1, BATCH);
    kernels.doublesAt(calls.networkParameters(net), parameters.length).set(parameters);
    eachRowBlock(kernels, x, ({ at, first, rowCount }) => {
      calls.networkScores(net, at, rowCount, centres, scales, out + first * outputs * 8);
    });
    if (classCount > 0) calls.softmaxInPlace(out, x.rowCount, outputs);
    return kernels.doublesAt(out, x.rowCount * outputs).slice();
  });
}

/** Rows at once: their activations stay in the cache. */
const BATCH = 64;

function probabilities(content: MlpContent, x: Matrix): Float64Array {
  const { present, classCount } = content;
  const shares =
    present.length === 1 ? new Float64Array(x.rowCount).fill(1) : outputsOf(content, x);
  return spreadClasses(shares, present, classCount);
}

function bytesOf({ classCount, present, centre, scale, network }: MlpContent): Uint8Array {
  const writer = new ModelWriter(MLP, FORMAT);
  writer.integer(classCount);
  writer.integer(present.length);
  writer.array(present);
  writer.double(centre);
  writer.double(scale);
  writer.integer(network.sizes.length);
  for (const size of network.sizes) writer.integer(size);
  for (const numbers of [network.centres, network.scales, network.parameters])
    writer.array(numbers);
  return writer.finish();
}

/** The inverse of `toBytes`. Throws `Failure('corrupt-object')`. */
export function loadMlpModel(bytes: Uint8Array): Model {
  const reader = new ModelReader(bytes, MLP, FORMAT);
  const classCount = reader.integerWithin(0, 1 << 20);
  const present = reader.integers(reader.integerWithin(classCount === 0 ? 0 : 1, classCount));
  if (!areClassCodes(present, classCount)) throw reader.corrupt('the classes make no sense');
  const [centre, scale] = [reader.double(), reader.double()];
  const layers = reader.integerWithin(2, 5);
  const sizes = Array.from({ length: layers }, () => reader.integerWithin(0, 1 << 20));
  if (sizes.at(-1) !== (classCount === 0 ? 1 : Math.max(2, present.length)))
    throw reader.corrupt('the last layer makes no sense');
  const columns = sizes[0] as number;
  const [centres, scales] = [reader.doubles(columns), reader.doubles(columns)];
  const parameters = reader.doubles(parameterCount(sizes));
  reader.finish();
  const network = { sizes, parameters, centres, scales };
  return createMlpModel({ classCount, present, centre, scale, network });
}

function jsonOf({ classCount, present, centre, scale, network }: MlpContent): Json {
  let at = 0;
  const take = (count: number): number[] => {
    at += count;
    return Array.from(network.parameters.subarray(at - count, at));
  };
  return {
    algorithm: MLP,
    ...(classCount > 0 ? { classCount, classes: Array.from(present) } : { centre, scale }),
    centres: Array.from(network.centres),
    scales: Array.from(network.scales),
    layers: network.sizes.slice(1).map((outputs, layer) => ({
      weights: Array.from({ length: network.sizes[layer] as number }, () => take(outputs)),
      biases: take(outputs),
    })),
  };
}
