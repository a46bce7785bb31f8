import type { JsonObject } from '../domain/json.ts';
import type { Matrix } from '../frame/frame.ts';
import type { Pointer } from '../kernels/kernel-calls.ts';
import { type Kernels, withKernels } from '../kernels/kernels.ts';
import type { OnnxGraph, Value } from '../onnx/graph.ts';
import { doubles } from '../onnx/tensor.ts';
import { areClassCodes, bothClasses, likeliestClasses, spreadClasses } from './class-codes.ts';
import { bothClassesInOnnx, spreadClassesInOnnx } from './class-onnx.ts';
import type { Model } from './estimator.ts';
import { linearContributions } from './linear-contributions.ts';
import { ModelReader, ModelWriter } from './model-bytes.ts';
import { neverStops } from './polling.ts';
import { eachRowBlock } from './row-blocks.ts';

/** score = intercept + Σ coefficient · x, one per output: a value, the log odds of the second class, or one per class. */
export type LinearContent = {
  readonly algorithm: string;
  /** 0 = regression. */
  readonly classCount: number;
  /** Codes of the classes that the fit saw, ascending. */
  readonly present: Int32Array;
  readonly columns: number;
  /** outputs × columns. */
  readonly coefficients: Float64Array;
  readonly intercepts: Float64Array;
  /** Share of each column in Σ |coefficient| · standard deviation. */
  readonly importance: Float64Array;
};

/** With the mean of each column over the training rows; absent in models of the first format. */
export type CentredContent = LinearContent & { readonly centres?: Float64Array | undefined };

const FORMAT = 2;
/** Without centres. */
const FIRST_FORMAT = 1;

export function createLinearModel(content: CentredContent): Model {
  const { algorithm, classCount, importance, centres } = content;
  const common = {
    algorithm,
    importance: () => importance.slice(),
    ...(centres !== undefined && {
      contributions: (x: Matrix) => linearContributions(content, centres, x),
    }),
    toOnnx: (graph: OnnxGraph, x: Value) => linearInOnnx(content, graph, x),
    toBytes: () => linearBytes(content),
    toJson: () => ({
      ...linearJson(content),
      ...(centres !== undefined && { centres: Array.from(centres) }),
    }),
  };
  if (classCount === 0) return { ...common, predict: (x) => linearScores(content, x) };
  const predictProbabilities = (x: Matrix): Float64Array => probabilities(content, x);
  return {
    ...common,
    predictProbabilities,
    predict: (x) => likeliestClasses(predictProbabilities(x), classCount),
  };
}

function linearInOnnx(content: LinearContent, graph: OnnxGraph, x: Value): Value {
  const { coefficients, intercepts, columns, present, classCount } = content;
  const outputs = intercepts.length;
  const byColumn = Float64Array.from(
    coefficients,
    (_, i) => coefficients[(i % outputs) * columns + Math.floor(i / outputs)] as number,
  );
  const products = graph.node('MatMul', [x, graph.constant(doubles(byColumn, [columns, outputs]))]);
  const offsets = graph.constant(doubles(intercepts, [1, outputs]));
  const scored = graph.node('Add', [products, offsets]);
  if (classCount === 0) return scored;
  const shares =
    present.length === 2
      ? bothClassesInOnnx(graph, graph.node('Sigmoid', [scored]))
      : graph.node('Softmax', [scored], { axis: 1 });
  return spreadClassesInOnnx(graph, shares, present, classCount);
}

/** The inverse of `toBytes`. Throws `Failure('corrupt-object')`. */
export function loadLinearModel(algorithm: string, bytes: Uint8Array): Model {
  const reader = new ModelReader(bytes, algorithm, FORMAT, FIRST_FORMAT);
  const content = readLinear(algorithm, reader);
  const centres = reader.version === FIRST_FORMAT ? undefined : reader.doubles(content.columns);
  reader.finish();
  return createLinearModel({ ...content, centres });
}

/** What `writeLinear` wrote. Throws `Failure('corrupt-object')`. */
export function readLinear(algorithm: string, reader: ModelReader): LinearContent {
  const classCount = reader.integerWithin(0, 1 << 20);
  const present = reader.integers(reader.integerWithin(0, classCount));
  if (!areClassCodes(present, classCount)) throw reader.corrupt('the classes make no sense');
  if ((present.length === 0) !== (classCount === 0)) throw reader.corrupt('it has no classes');
  const columns = reader.integer();
  const outputs = outputCount(present.length);
  const intercepts = reader.doubles(outputs);
  const coefficients = reader.doubles(outputs * columns);
  const importance = reader.doubles(columns);
  return { algorithm, classCount, present, columns, coefficients, intercepts, importance };
}

/** One score answers for two classes; one class, like a value, still has a score of its own. */
export function outputCount(presentCount: number): number {
  return presentCount <= 2 ? 1 : presentCount;
}

function linearBytes({ centres, ...content }: CentredContent): Uint8Array {
  const format = centres === undefined ? FIRST_FORMAT : FORMAT;
  const writer = new ModelWriter(content.algorithm, format);
  writeLinear(content, writer);
  if (centres !== undefined) writer.array(centres);
  return writer.finish();
}

export function writeLinear(content: LinearContent, writer: ModelWriter): void {
  writer.integer(content.classCount);
  writer.integer(content.present.length);
  writer.array(content.present);
  writer.integer(content.columns);
  for (const numbers of [content.intercepts, content.coefficients, content.importance])
    writer.array(numbers);
}

export function linearJson({
  algorithm,
  classCount,
  present,
  ...content
}: LinearContent): JsonObject {
  return {
    algorithm,
    ...(classCount > 0 && { classCount, classes: Array.from(present) }),
    outputs: Array.from(content.intercepts, (intercept, k) => ({
      intercept,
      coefficients: Array.from(
        content.coefficients.subarray(k * content.columns, (k + 1) * content.columns),
      ),
    })),
    importance: Array.from(content.importance),
  };
}

type Link = (kernels: Kernels, at: Pointer) => void;

function asTheyAre(): void {}

/** rows × outputs, row-major, with `link` applied. */
export function linearScores(
  content: LinearContent,
  x: Matrix,
  link: Link = asTheyAre,
): Float64Array {
  if (x.names.length !== content.columns)
    throw new RangeError(`The model takes ${content.columns} columns, not ${x.names.length}.`);
  return withKernels(neverStops, (kernels) => {
    const { columns } = content;
    const outputs = content.intercepts.length;
    const out = kernels.reserveDoubles(x.rowCount * outputs);
    const coefficients = kernels.put(content.coefficients);
    const intercepts = kernels.put(content.intercepts);
    eachRowBlock(kernels, x, ({ at, first, rowCount }) => {
      const to = out + first * outputs * 8;
      kernels.calls.linearScores(at, rowCount, columns, coefficients, intercepts, outputs, to);
    });
    link(kernels, out);
    return kernels.doublesAt(out, x.rowCount * outputs).slice();
  });
}

function probabilities(content: LinearContent, x: Matrix): Float64Array {
  const { present, classCount } = content;
  const shares =
    present.length === 1
      ? new Float64Array(x.rowCount).fill(1)
      : present.length === 2
        ? bothClasses(
            linearScores(content, x, ({ calls }, at) => calls.sigmoidInPlace(at, x.rowCount)),
          )
        : linearScores(content, x, ({ calls }, at) =>
            calls.softmaxInPlace(at, x.rowCount, present.length),
          );
  return spreadClasses(shares, present, classCount);
}
