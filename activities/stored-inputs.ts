import type { InputRef } from '../src/engines/engine.ts';
import type { RowRange } from '../src/frame/frame.ts';
import { bytesPerRow, outputWidth } from '../src/partition/predictions.ts';
import type { ObjectStore } from '../src/stores/object-store.ts';
import { type PackMember, rowsOfMember } from '../src/stores/objects/pack.ts';
import type { RunRecord } from '../src/stores/run-store.ts';
import type { TrainedModel } from '../src/stores/trained-model.ts';
import { requirePlan } from './partition-job.ts';

/** Stored bytes as a task's input. */
export function inputOf(
  name: string,
  { pack, offset, length }: PackMember,
  objects: ObjectStore,
): InputRef {
  return { name, path: objects.path(pack), offset, length };
}

/** Input `global` of the ranges' rows: the global model's predictions lie in snapshot order. */
export function globalInputs(
  run: RunRecord,
  { facts, predictions }: TrainedModel,
  ranges: readonly RowRange[],
  objects: ObjectStore,
): readonly InputRef[] {
  const width = outputWidth(requirePlan(run).classes);
  const rowBytes = bytesPerRow(facts.candidates.length + 1, width);
  return rowsOfMember(predictions, ranges, rowBytes).map((rows) =>
    inputOf('global', rows, objects),
  );
}
