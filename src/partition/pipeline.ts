import type { Task } from '../domain/metric.ts';
import { type Adjustment, adjust } from '../estimators/adjustment.ts';
import type { Model } from '../estimators/estimator.ts';
import { predictMatrix } from '../estimators/predict-matrix.ts';
import { engineer } from '../features/engineer/engineer.ts';
import type { FittedHandling } from '../features/handle/handling.ts';
import type { Frame } from '../frame/frame.ts';
import { type ColumnContract, takeContracted } from './column-contract.ts';
import { memberRanges } from './member-ranges.ts';
import type { PartitionRef } from './partition-function.ts';

/** What a pipeline is asked to do, and with which columns: everything about it but what it learned. */
export type PipelineContract = ColumnContract & {
  readonly task: Task;
  /** Order of the probabilities; empty for a regression. */
  readonly classes: readonly string[];
  readonly timezone: string;
  /** Key columns: steps that look back stop where they change. */
  readonly key: readonly string[];
  /** Only a lag may read it. */
  readonly target: string;
};

/** Engineering steps, fitted handling of the selected columns, the fitted estimator and what follows it: what a model is. */
export type Pipeline = {
  readonly contract: PipelineContract;
  readonly handling: FittedHandling;
  readonly model: Model;
  /** Done to its probabilities, one after the other. */
  readonly adjustments: readonly Adjustment[];
};

/**
 * Predictions for every row of a frame: rows × width, row-major; width = classes, or 1. Throws
 * `Failure('invalid-data')` when the frame lacks a column that the model was trained with.
 */
export function predictRows(
  pipeline: Pipeline,
  frame: Frame,
  ranges: PartitionRef['ranges'],
): Float64Array {
  return predictEngineered(pipeline, engineeredRows(pipeline, frame, ranges));
}

/** The columns that the handling takes, of every row. Throws as `predictRows` does. */
export function engineeredRows(
  { contract }: Pick<Pipeline, 'contract'>,
  frame: Frame,
  ranges: PartitionRef['ranges'],
): Frame {
  return engineer(takeContracted(frame, contract), contract.steps, {
    timezone: contract.timezone,
    ranges: memberRanges(frame, ranges, contract.key),
    target: contract.target,
  });
}

/** `predictRows` of what `engineeredRows` made. */
export function predictEngineered(
  { contract, handling, model, adjustments }: Pipeline,
  engineered: Frame,
): Float64Array {
  const classCount = contract.classes.length;
  const predicted = predictMatrix(model, handling.transform(engineered), classCount);
  return adjust(adjustments, predicted, classCount);
}
