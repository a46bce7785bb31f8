import { Failure } from '../domain/failure.ts';
import type { ScoreArgs, ScoreFacts } from './facts.ts';
import type { PartitionData, PartitionResult } from './partition-function.ts';
import { predictRows } from './pipeline.ts';
import { loadPipeline } from './pipeline-bytes.ts';
import { predictionsToBytes } from './predictions.ts';

/**
 * Predictions of every row by the model in input `model`; blob `predictions` with one layer. Throws `Failure` on bytes
 * that are no model, on other classes than it has, and on rows without the columns that it was trained with.
 */
export function score(
  { partition, frame, inputs }: PartitionData,
  { task, classes }: ScoreArgs,
): PartitionResult<ScoreFacts> {
  const bytes = inputs.get('model');
  if (bytes === undefined) throw new RangeError('Scoring needs a model.');
  const pipeline = loadPipeline(bytes);
  const { contract } = pipeline;
  if (contract.task !== task || contract.classes.join('\0') !== classes.join('\0'))
    throw new Failure(
      'invalid-data',
      `The model does ${contract.task} of ${contract.classes.length} classes, and ${task} of ${classes.length} is asked for. Score with a model of the same run.`,
    );
  const output = predictRows(pipeline, frame, partition.ranges);
  pipeline.model.free?.();
  return {
    facts: { algorithm: pipeline.model.algorithm, rows: frame.rowCount },
    blobs: new Map([['predictions', predictionsToBytes({ values: output })]]),
  };
}
