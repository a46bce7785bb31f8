import { z } from 'zod';
import { ENSEMBLE } from '../domain/ensemble.ts';
import { Failure } from '../domain/failure.ts';
import { asJson, type Json } from '../domain/json.ts';
import type { Matrix } from '../frame/frame.ts';
import type { OnnxGraph, Value } from '../onnx/graph.ts';
import { doubles, places } from '../onnx/tensor.ts';
import { type Adjustment, adjust, adjustmentSchema } from './adjustment.ts';
import { likeliestClasses } from './class-codes.ts';
import { weightedSum } from './ensemble.ts';
import type { Contributions, Model, Step } from './estimator.ts';
import { sharesOf } from './importance.ts';
import { ModelReader, ModelWriter } from './model-bytes.ts';
import {
  type ContributionPart,
  gatherContributions,
  outputContributions,
} from './output-contributions.ts';
import { predictMatrix } from './predict-matrix.ts';

const FORMAT = 1;

/** A model with the columns of the common matrix that are its own. */
export type EnsembleMember = {
  readonly model: Model;
  /** Share of its word, above 0; all add up to 1. */
  readonly weight: number;
  /** The first of its columns, and how many there are. */
  readonly from: number;
  readonly columns: number;
  /** Done to its probabilities before they are averaged. */
  readonly adjustments: readonly Adjustment[];
};

export type EnsembleContent = {
  /** 0 = regression. */
  readonly classCount: number;
  /** Each takes the columns that follow the one before. */
  readonly members: readonly EnsembleMember[];
};

/** The weighted average of what several models say, each of its own columns of the matrix. */
export function createEnsembleModel(content: EnsembleContent): Model {
  const { classCount, members } = content;
  const predictAverage = (x: Matrix): Float64Array => average(content, x);
  const common = {
    algorithm: ENSEMBLE,
    importance: () => importanceOf(content),
    ...(areExplained(members) && {
      contributions: (x: Matrix) => contributionsTo(content, x),
    }),
    ...(members.every(({ model }) => model.steps !== undefined) && {
      steps: () => stepsOf(content),
    }),
    toOnnx: (graph: OnnxGraph, x: Value) => ensembleInOnnx(content, graph, x),
    toBytes: () => bytesOf(content),
    toJson: () => jsonOf(content),
    free: () => {
      for (const { model } of members) model.free?.();
    },
  };
  if (classCount === 0) return { ...common, predict: predictAverage };
  return {
    ...common,
    predictProbabilities: predictAverage,
    predict: (x) => likeliestClasses(predictAverage(x), classCount),
  };
}

function average({ classCount, members }: EnsembleContent, x: Matrix): Float64Array {
  const outputs = members.map(({ model, from, columns, adjustments }) =>
    adjust(adjustments, predictMatrix(model, columnsOf(x, from, columns), classCount), classCount),
  );
  return weightedSum(
    outputs,
    members.map(({ weight }) => weight),
  );
}

/** Of each row of the horizon, the average of what the members say of it. */
function stepsOf({ classCount, members }: EnsembleContent): readonly Step[] {
  const steps = members.map(({ model }) => model.steps?.() ?? []);
  return Array.from({ length: steps[0]?.length ?? 0 }, (_, place): Step => {
    let [from, before] = [0, 0];
    const own = members.map((member, i) => {
      const ofMember = steps[i] as readonly Step[];
      const { model, columns, parts } = ofMember[place] as Step;
      const placed = {
        member: { ...member, model, from, columns },
        parts: parts.map((part) => before + part),
      };
      from += columns;
      before += ofMember.length;
      return placed;
    });
    return {
      model: createEnsembleModel({ classCount, members: own.map(({ member }) => member) }),
      columns: from,
      parts: own.flatMap(({ parts }) => parts),
    };
  });
}

/** Throws `Failure('unsupported')` naming the member that has no such form. */
function ensembleInOnnx({ members }: EnsembleContent, graph: OnnxGraph, x: Value): Value {
  const parts = members.map(({ model, weight, from, columns, adjustments }) => {
    if (model.toOnnx === undefined || adjustments.length > 0)
      throw new Failure(
        'unsupported',
        `${model.algorithm}, which is in the ensemble, ${model.toOnnx === undefined ? 'has no ONNX form' : 'has its probabilities corrected, which has no ONNX form'}; export the model as json.`,
      );
    const own = graph.constant(places(Array.from({ length: columns }, (_, i) => from + i)));
    const said = model.toOnnx(graph, graph.node('Gather', [x, own], { axis: 1 }));
    return graph.node('Mul', [said, graph.constant(doubles([weight], []))]);
  });
  return parts.reduce((sum, part) => graph.node('Add', [sum, part]));
}

/** An average is the sum of its parts, unless a part was changed before. */
function areExplained(members: readonly EnsembleMember[]): boolean {
  return members.every(
    ({ model, adjustments }) => model.contributions !== undefined && adjustments.length === 0,
  );
}

function contributionsTo({ classCount, members }: EnsembleContent, x: Matrix): Contributions {
  const { rowCount } = x;
  const parts = members.map(({ model, weight, from, columns }): ContributionPart => {
    const given = model.contributions?.(columnsOf(x, from, columns));
    if (given === undefined) throw new RangeError(`${model.algorithm} has no contributions.`);
    return {
      given: outputContributions(given, { rowCount, features: columns }, classCount),
      weight,
      places: Int32Array.from({ length: columns }, (_, i) => from + i),
    };
  });
  const [first, ...others] = parts;
  if (first === undefined) throw new RangeError('There are no members.');
  return gatherContributions([first, ...others], rowCount, x.names.length);
}

/** A view, no copy. */
export function columnsOf(x: Matrix, from: number, columns: number): Matrix {
  const to = from + columns;
  if (to > x.names.length)
    throw new RangeError(`The model takes ${to} columns or more, not ${x.names.length}.`);
  return {
    rowCount: x.rowCount,
    names: x.names.slice(from, to),
    data: x.data.subarray(from * x.rowCount, to * x.rowCount),
    ...(x.levelCounts !== undefined && { levelCounts: x.levelCounts.slice(from, to) }),
  };
}

/** Of the members that have one, by their weights. */
function importanceOf({ members }: EnsembleContent): Float64Array {
  const last = members.at(-1);
  const shares = new Float64Array(last === undefined ? 0 : last.from + last.columns);
  for (const { model, weight, from } of members)
    model.importance?.().forEach((share, i) => {
      shares[from + i] = weight * share;
    });
  return sharesOf(shares);
}

const headerSchema = z.strictObject({
  classCount: z
    .int()
    .min(0)
    .max(1 << 20),
  members: z
    .array(
      z.strictObject({
        weight: z.number().gt(0).max(1),
        columns: z
          .int()
          .min(0)
          .max(1 << 24),
        bytes: z.int().min(1),
        adjustments: z.array(adjustmentSchema),
      }),
    )
    .min(1)
    .max(1000),
});

function bytesOf({ classCount, members }: EnsembleContent): Uint8Array {
  const parts = members.map(({ model }) => model.toBytes());
  const header = Buffer.from(
    JSON.stringify({
      classCount,
      members: members.map(({ weight, columns, adjustments }, i) => ({
        weight,
        columns,
        bytes: parts[i]?.length,
        adjustments,
      })),
    }),
  );
  const writer = new ModelWriter(ENSEMBLE, FORMAT);
  writer.integer(header.length);
  writer.array(header);
  for (const part of parts) writer.array(part);
  return writer.finish();
}

function jsonOf({ classCount, members }: EnsembleContent): Json {
  return asJson({
    algorithm: ENSEMBLE,
    ...(classCount > 0 && { classCount }),
    members: members.map(({ weight, columns, adjustments, model }) => ({
      weight,
      columns,
      ...(adjustments.length > 0 && { adjustments }),
      model: model.toJson(),
    })),
  });
}

/** The inverse of `toBytes`; `loadMember` reads the bytes of the models in it. Throws `Failure('corrupt-object')`. */
export function loadEnsemble(bytes: Uint8Array, loadMember: (bytes: Uint8Array) => Model): Model {
  const reader = new ModelReader(bytes, ENSEMBLE, FORMAT);
  const { classCount, members } = readHeader(reader);
  let from = 0;
  const loaded = members.map(({ bytes: length, weight, columns, adjustments }) => {
    const model = loadMember(reader.octets(length));
    from += columns;
    return { model, weight, from: from - columns, columns, adjustments };
  });
  reader.finish();
  return createEnsembleModel({ classCount, members: loaded });
}

function readHeader(reader: ModelReader): z.output<typeof headerSchema> {
  const text = Buffer.from(reader.octets(reader.integer())).toString('utf8');
  try {
    return headerSchema.parse(JSON.parse(text));
  } catch {
    throw reader.corrupt('its members make no sense');
  }
}
