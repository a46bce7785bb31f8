import type { RowRange } from '../src/frame/frame.ts';
import { type MemberPlaces, memberPlaces, rangesWithin } from '../src/partition/parents.ts';
import { bytesPerRow, outputWidth, storedLayers } from '../src/partition/predictions.ts';
import { repeatsOf } from '../src/partition/repeats.ts';
import { rowsOfMember } from '../src/stores/objects/pack.ts';
import type { RunRecord } from '../src/stores/run-records.ts';
import type { RunStore } from '../src/stores/run-store.ts';
import type { StoredInput } from '../src/stores/stored-input.ts';
import { type TrainedModel, trainedModel } from '../src/stores/trained-model.ts';
import { requirePlan } from './partition-job.ts';

/** A parent with its model. */
export type TrainedParent = {
  readonly places: MemberPlaces;
  readonly model: TrainedModel;
  /** Half the width of its intervals; null: there are none, or they are not known yet. */
  readonly reach: number | null;
};

/** Input `parent` of the ranges' rows: the parent's predictions lie member after member. */
export function parentInputs(
  run: RunRecord,
  { places, model: { facts, predictions } }: TrainedParent,
  ranges: readonly RowRange[],
): readonly StoredInput[] {
  const width = outputWidth(requirePlan(run).classes);
  const rowBytes = bytesPerRow(storedLayers(facts.candidates.length, repeatsOf(run.spec)), width);
  const rows = rangesWithin(places, ranges);
  return rowsOfMember(predictions, rows, rowBytes).map((part) => ({ name: 'parent', ...part }));
}

/** The parents of partitions that have models, by id: of the given ids, or all of the run. */
export async function trainedParents(
  runs: Pick<RunStore, 'parents'>,
  runId: string,
  ids?: readonly string[],
): Promise<ReadonlyMap<string, TrainedParent>> {
  const records = ids?.length === 0 ? [] : await runs.parents(runId, ids);
  return new Map(
    records.flatMap(({ partitionId, ranges, trained, evaluated }) => {
      const model = trainedModel(trained);
      const reach = evaluated?.own?.band?.reach ?? null;
      if (model === null) return [];
      return [[partitionId, { places: memberPlaces(ranges), model, reach }] as const];
    }),
  );
}

/** Input `global` of the ranges' rows: the global model's predictions lie in snapshot order. */
export function globalInputs(
  run: RunRecord,
  { facts, predictions }: TrainedModel,
  ranges: readonly RowRange[],
): readonly StoredInput[] {
  const width = outputWidth(requirePlan(run).classes);
  const rowBytes = bytesPerRow(storedLayers(facts.candidates.length, repeatsOf(run.spec)), width);
  return rowsOfMember(predictions, ranges, rowBytes).map((rows) => ({ name: 'global', ...rows }));
}
