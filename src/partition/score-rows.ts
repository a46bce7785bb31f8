import { Failure } from '../domain/failure.ts';
import { blendOutputs } from './blend.ts';
import type { ScoreArgs, ScoreFacts } from './facts.ts';
import type { PartitionData, PartitionResult } from './partition-function.ts';
import { type Pipeline, predictRows } from './pipeline.ts';
import { loadPipeline } from './pipeline-bytes.ts';
import { predictionsToBytes } from './predictions.ts';

/** Name of the input that holds the bytes of one of the models that answer together. */
export function modelInput(place: number): string {
  return place === 0 ? 'model' : `model-${place}`;
}

/**
 * Predictions of every row by the models of the inputs, weighted; blob `predictions` with one layer. Throws `Failure` on
 * bytes that are no model, on other classes than it has, and on rows without the columns that it was trained with.
 */
export function score(
  { partition, frame, inputs }: PartitionData,
  { task, classes, weights = [1] }: ScoreArgs,
): PartitionResult<ScoreFacts> {
  const pipelines = weights.map((_, place) => {
    const bytes = inputs.get(modelInput(place));
    if (bytes === undefined) throw new RangeError('Scoring needs a model.');
    const pipeline = loadPipeline(bytes);
    checkContract(pipeline, { task, classes });
    return pipeline;
  });
  const outputs = pipelines.map((pipeline) => {
    const output = predictRows(pipeline, frame, partition.ranges);
    pipeline.model.free?.();
    return output;
  });
  const values = blendOutputs(outputs, weights);
  return {
    facts: { algorithm: pipelines[0]?.model.algorithm ?? '', rows: frame.rowCount },
    blobs: new Map([['predictions', predictionsToBytes({ values })]]),
  };
}

function checkContract(
  { contract }: Pipeline,
  { task, classes }: Pick<ScoreArgs, 'task' | 'classes'>,
): void {
  if (contract.task === task && contract.classes.join('\0') === classes.join('\0')) return;
  throw new Failure(
    'invalid-data',
    `The model does ${contract.task} of ${contract.classes.length} classes, and ${task} of ${classes.length} is asked for. Score with a model of the same run.`,
  );
}
