import type { PartitionData, PartitionResult } from './partition-function.ts';
import { predictRows } from './pipeline.ts';
import { loadPipeline } from './pipeline-bytes.ts';

/**
 * Predictions of every row by the model in input `model`; blob `predictions` with one layer. Throws `Failure` on bytes
 * that are no model, and on rows without the columns that it was trained with.
 */
export function score({ partition, frame, inputs }: PartitionData): PartitionResult {
  const bytes = inputs.get('model');
  if (bytes === undefined) throw new RangeError('Scoring needs a model.');
  const pipeline = loadPipeline(bytes);
  const output = predictRows(pipeline, frame, partition.ranges);
  pipeline.model.free?.();
  const predictions = new Uint8Array(output.buffer, output.byteOffset, output.byteLength);
  return {
    facts: { algorithm: pipeline.model.algorithm, rows: frame.rowCount },
    blobs: new Map([['predictions', predictions]]),
  };
}
