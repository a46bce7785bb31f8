import type { OnnxGraph, Value } from '../onnx/graph.ts';
import { doubles } from '../onnx/tensor.ts';

/** P(second class) per row → (1 − P, P) per row. */
export function bothClassesInOnnx(graph: OnnxGraph, second: Value): Value {
  const first = graph.node('Sub', [graph.constant(doubles([1], [])), second]);
  return graph.node('Concat', [first, second], { axis: 1 });
}

/** rows × present → rows × classes: an absent class has a column of zeros. */
export function spreadClassesInOnnx(
  graph: OnnxGraph,
  shares: Value,
  present: Int32Array,
  classCount: number,
): Value {
  if (present.length === classCount) return shares;
  const places = new Float64Array(present.length * classCount);
  present.forEach((code, place) => {
    places[place * classCount + code] = 1;
  });
  const spread = graph.constant(doubles(places, [present.length, classCount]));
  return graph.node('MatMul', [shares, spread]);
}
