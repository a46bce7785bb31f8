import type { Digest } from '../domain/digest.ts';
import type { HeldOut } from '../partition/drift/judge-drift.ts';
import type { PartitionRecord, RunStore } from '../stores/run-store.ts';
import { trainedModel } from '../stores/trained-model.ts';

/** What the holdout of a run said of who answers for each partition, by its text. */
export async function heldOutScores(
  runs: Pick<RunStore, 'partitions' | 'globalTraining'>,
  runId: string,
): Promise<ReadonlyMap<string, HeldOut>> {
  const global = trainedModel(await runs.globalTraining(runId))?.facts.model.digest;
  const found = new Map<string, HeldOut>();
  const ofUnions = new Map<string, HeldOut>();
  const members: { readonly text: string; readonly into: string }[] = [];
  for await (const record of runs.partitions(runId)) {
    const { text, partitionId, decision, ranges } = record;
    if (decision.kind === 'merge') members.push({ text, into: decision.into });
    const scores = scoresOf(record, global);
    if (scores === null) continue;
    found.set(text, scores);
    if (ranges.length > 1) ofUnions.set(partitionId, scores);
  }
  for (const { text, into } of members) {
    const scores = ofUnions.get(into);
    if (scores !== undefined) found.set(text, scores);
  }
  return found;
}

/** Of the model, or blend, that answers. */
function scoresOf(
  { chosen, trained, evaluated }: PartitionRecord,
  global: Digest | undefined,
): HeldOut | null {
  if (chosen === null || chosen.model === null) return null;
  if (chosen.blend !== undefined) return chosen.blend.scores;
  const own = trainedModel(trained)?.facts.model.digest;
  if (chosen.model === own) return evaluated?.own ?? null;
  if (chosen.model === global) return evaluated?.global ?? null;
  return evaluated?.parent?.scores ?? null;
}
