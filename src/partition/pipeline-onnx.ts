import { Failure } from '../domain/failure.ts';
import { type OnnxForm, OnnxGraph, type Value } from '../onnx/graph.ts';
import { places, texts } from '../onnx/tensor.ts';
import type { Pipeline } from './pipeline.ts';

/**
 * The whole pipeline as an ONNX model: an input per column (rows × 1: doubles, NaN = missing; text, "" = missing), and
 * the answers `prediction` (a text per row, or a number) and, of classes, `probabilities` (rows × classes, in the
 * order of the description); in the form of columns one answer `p:CLASS` for each class instead. Throws
 * `Failure('unsupported')` naming what has no ONNX form.
 */
export function pipelineToOnnx(
  { contract, handling, model, adjustments }: Pipeline,
  form: OnnxForm = 'matrices',
): Uint8Array {
  const { steps, classes, target } = contract;
  const [step] = steps;
  if (step !== undefined)
    throw new Failure(
      'unsupported',
      `The step "${Object.keys(step)[0]}" of features.engineer has no ONNX form; export the model as json, or train without the step.`,
    );
  if (model.toOnnx === undefined)
    throw new Failure(
      'unsupported',
      `The algorithm ${model.algorithm} has no ONNX form; export the model as json.`,
    );
  if (adjustments.length > 0)
    throw new Failure(
      'unsupported',
      'What `probabilities` of the spec does after the model has no ONNX form; export the model as json, or train without it.',
    );
  const graph = new OnnxGraph(form);
  const output = model.toOnnx(graph, handling.toOnnx(graph));
  if (classes.length === 0) {
    if (form === 'matrices') graph.output('prediction', output, 'double', 1);
    else graph.output('prediction', columnOf(graph, output, 0), 'double', null);
    return graph.toBytes(`${target} by ${model.algorithm}`);
  }
  const best = graph.node('ArgMax', [output], { axis: 1, keepdims: 0 });
  const labels = graph.node('Gather', [graph.constant(texts(classes)), best], { axis: 0 });
  graph.output('prediction', labels, 'text', null);
  if (form === 'matrices') graph.output('probabilities', output, 'double', classes.length);
  else
    for (const [place, name] of classes.entries())
      graph.output(`p:${name}`, columnOf(graph, output, place), 'double', null);
  return graph.toBytes(`${target} by ${model.algorithm}: ${classes.join(', ')}`);
}

/** A column of a matrix as one value per row. */
function columnOf(graph: OnnxGraph, matrix: Value, place: number): Value {
  return graph.node('Gather', [matrix, graph.constant(places([place], []))], { axis: 1 });
}
