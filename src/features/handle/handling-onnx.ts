import { Failure } from '../../domain/failure.ts';
import type { OnnxGraph, Value } from '../../onnx/graph.ts';
import { doubles, ELEMENT, type Tensor, texts } from '../../onnx/tensor.ts';
import { FURTHEST, scaled } from './scaling.ts';
import type {
  CategoryState,
  CodeFeature,
  ComponentState,
  HandlingState,
  NumberState,
} from './state.ts';

/**
 * Adds what `transform` does to an ONNX graph: an input per column (numbers as doubles, NaN = missing; text, "" =
 * missing), and the features as rows × features, those of one state after those of another. Throws
 * `Failure('unsupported')` where no such graph gives the same.
 */
export function handlingInOnnx(states: readonly HandlingState[], graph: OnnxGraph): Value {
  const read = new Map(
    states.flatMap(({ columns }) =>
      columns.flatMap(({ column, kind }) => (kind === 'empty' ? [] : [[column, kind] as const])),
    ),
  );
  const inputs = new Map(
    [...read].map(([column, kind]) => [
      column,
      graph.input(column, kind === 'number' ? 'double' : 'text', read.size === 1),
    ]),
  );
  const parts = states.map((state) => featuresInOnnx(state, graph, inputs));
  const [only] = parts;
  return only !== undefined && parts.length === 1 ? only : graph.node('Concat', parts, { axis: 1 });
}

function featuresInOnnx(
  { columns, components }: HandlingState,
  graph: OnnxGraph,
  inputs: ReadonlyMap<string, Value>,
): Value {
  const [first] = inputs.values();
  if (first === undefined)
    throw new Failure('unsupported', 'The model reads no column, so it has no ONNX form.');
  const features = columns.flatMap((state) => {
    const input = inputs.get(state.column) ?? first;
    switch (state.kind) {
      case 'number':
        return numberInOnnx(state, graph, input);
      case 'category':
        return categoryInOnnx(state, graph, input);
      case 'empty':
        return [zerosLike(graph, input)];
    }
  });
  const all = graph.node('Concat', features, { axis: 1 });
  return components === undefined ? all : componentsInOnnx(components, graph, all);
}

function componentsInOnnx(
  { centre, vectors }: ComponentState,
  graph: OnnxGraph,
  features: Value,
): Value {
  const centred = graph.node('Sub', [
    features,
    graph.constant(doubles(centre, [1, centre.length])),
  ]);
  const byFeature = centre.flatMap((_, feature) => vectors.map((shares) => shares[feature] ?? 0));
  const turned = graph.constant(doubles(byFeature, [centre.length, vectors.length]));
  return graph.node('MatMul', [centred, turned]);
}

function zerosLike(graph: OnnxGraph, input: Value): Value {
  const shape = graph.node('Shape', [input]);
  return graph.node('ConstantOfShape', [shape], { value: doubles([0]) });
}

/** A number of the graph without axes. */
function one(graph: OnnxGraph, value: number): Value {
  return graph.constant(doubles([value], []));
}

function asNumbers(graph: OnnxGraph, flags: Value): Value {
  return graph.node('Cast', [flags], { to: ELEMENT.double });
}

/** Clipped, scaled, and last filled: a missing value passes through no comparison. */
function numberInOnnx(state: NumberState, graph: OnnxGraph, input: Value): readonly Value[] {
  const { clip, fill, scaling, indicator } = state;
  const missing = graph.node('Or', [graph.node('IsNaN', [input]), graph.node('IsInf', [input])]);
  let value = input;
  if (clip !== null) value = clipInOnnx(graph, value, clip.low, clip.high);
  if (scaling !== null) {
    const centred = graph.node('Sub', [value, one(graph, scaling.centre)]);
    const divided = graph.node('Div', [centred, one(graph, scaling.spread)]);
    value = clipInOnnx(graph, divided, -FURTHEST, FURTHEST);
  }
  const filled = fill === null || scaling === null ? fill : scaled(fill, scaling);
  value = graph.node('Where', [missing, one(graph, filled ?? Number.NaN), value]);
  return indicator ? [value, asNumbers(graph, missing)] : [value];
}

function clipInOnnx(graph: OnnxGraph, value: Value, low: number, high: number): Value {
  return graph.node('Clip', [value, one(graph, low), one(graph, high)]);
}

function categoryInOnnx(state: CategoryState, graph: OnnxGraph, input: Value): readonly Value[] {
  const { column, levels, fill, indicator, encoding } = state;
  if (levels.includes(''))
    throw new Failure(
      'unsupported',
      `Column \`${column}\` has the empty text as a level, which stands for missing in ONNX; rename that level and train again.`,
    );
  const nothing = graph.constant(texts([''], []));
  const missing = graph.node('Equal', [input, nothing]);
  const text =
    fill === null
      ? input
      : graph.node('Where', [missing, graph.constant(texts([fill], [])), input]);
  const features =
    encoding.rule === 'one_hot'
      ? [oneHotInOnnx(graph, text, encoding.missing ? [...levels, ''] : levels)]
      : encoding.features.map((feature) => codesInOnnx(graph, text, levels, feature));
  return indicator ? [...features, asNumbers(graph, missing)] : features;
}

function oneHotInOnnx(graph: OnnxGraph, text: Value, levels: readonly string[]): Value {
  const known = graph.constant(texts(levels, [1, levels.length]));
  return asNumbers(graph, graph.node('Equal', [text, known]));
}

function codesInOnnx(
  graph: OnnxGraph,
  text: Value,
  levels: readonly string[],
  { values, missing, unseen }: CodeFeature,
): Value {
  const table: { readonly [name: string]: Tensor } = {
    keys_tensor: texts([...levels, '']),
    values_tensor: doubles([...values, missing ?? Number.NaN]),
    default_tensor: doubles([unseen ?? Number.NaN]),
  };
  return graph.node('LabelEncoder', [text], table);
}
