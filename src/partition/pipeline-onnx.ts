import { Failure } from '../domain/failure.ts';
import { OnnxGraph } from '../onnx/graph.ts';
import { texts } from '../onnx/tensor.ts';
import type { Pipeline } from './pipeline.ts';

/**
 * The whole pipeline as an ONNX model: an input per column (rows × 1: doubles, NaN = missing; text, "" = missing), and
 * the answers `prediction` (a text per row, or a number) and, of classes, `probabilities` (rows × classes, in the
 * order of the description). Throws `Failure('unsupported')` naming what has no ONNX form.
 */
export function pipelineToOnnx({ contract, handling, model, adjustments }: Pipeline): Uint8Array {
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
  const graph = new OnnxGraph();
  const output = model.toOnnx(graph, handling.toOnnx(graph));
  if (classes.length === 0) {
    graph.output('prediction', output, 'double', 1);
    return graph.toBytes(`${target} by ${model.algorithm}`);
  }
  const places = graph.node('ArgMax', [output], { axis: 1, keepdims: 0 });
  const labels = graph.node('Gather', [graph.constant(texts(classes)), places], { axis: 0 });
  graph.output('prediction', labels, 'text', null);
  graph.output('probabilities', output, 'double', classes.length);
  return graph.toBytes(`${target} by ${model.algorithm}: ${classes.join(', ')}`);
}
