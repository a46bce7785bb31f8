import type { ModelFacts, TrainFacts } from '../partition/train-facts.ts';
import type { PackMember } from './objects/pack.ts';
import type { TrainedPartition } from './run-records.ts';

/** A training that ended with a model: its best candidate, that one's facts and bytes, and predictions of every row. */
export type TrainedModel = Extract<TrainedPartition, { readonly kind: 'trained' }> & {
  readonly facts: TrainFacts & { readonly best: number; readonly model: ModelFacts };
  readonly model: PackMember;
};

/** Null where training failed, was not asked for, or could fit no candidate. */
export function trainedModel(training: TrainedPartition | null | undefined): TrainedModel | null {
  if (training?.kind !== 'trained' || training.model === null) return null;
  const { best, model } = training.facts;
  return best === null || model === null ? null : (training as TrainedModel);
}
