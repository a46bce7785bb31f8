import { Failure } from '../domain/failure.ts';
import { blendOutputs } from './blend.ts';
import type { ExplainedPart } from './contributions.ts';
import type { PartitionContext, PartitionData, PartitionResult } from './partition-function.ts';
import { engineeredRows, type Pipeline, predictEngineered } from './pipeline.ts';
import { loadPipeline } from './pipeline-bytes.ts';
import { predictionsToBytes } from './predictions.ts';
import type { ScoreArgs, ScoreFacts } from './score-facts.ts';
import { topContributions } from './top-contributions.ts';

/** Name of the input that holds the bytes of one of the models that answer together. */
export function modelInput(place: number): string {
  return place === 0 ? 'model' : `model-${place}`;
}

/**
 * Predictions of every row by the models of the inputs, weighted, and where asked what moved them. Throws `Failure` on
 * bytes that are no model, on other classes than it has, and on rows without the columns that it was trained with.
 */
export function score(
  { partition, frame, inputs }: PartitionData,
  { task, classes, weights = [1], explain }: ScoreArgs,
  { stop }: Partial<PartitionContext> = {},
): PartitionResult<ScoreFacts> {
  const parts = weights.map((weight, place): ExplainedPart => {
    const bytes = inputs.get(modelInput(place));
    if (bytes === undefined) throw new RangeError('Scoring needs a model.');
    const pipeline = loadPipeline(bytes);
    checkContract(pipeline, { task, classes });
    return { pipeline, weight, engineered: engineeredRows(pipeline, frame, partition.ranges) };
  });
  const outputs = parts.map(({ pipeline, engineered }) => predictEngineered(pipeline, engineered));
  const values = blendOutputs(outputs, weights);
  const explained = explain && topContributions(parts, values, { classes, ...explain }, stop);
  for (const { pipeline } of parts) pipeline.model.free?.();
  const blobs = new Map([['predictions', predictionsToBytes({ values })]]);
  if (explained !== undefined) blobs.set('contributions', predictionsToBytes(explained));
  return {
    facts: {
      algorithm: parts[0]?.pipeline.model.algorithm ?? '',
      rows: frame.rowCount,
      ...(explained !== undefined && { explained: explained.facts }),
    },
    blobs,
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
