import type { Digest } from '../domain/digest.ts';
import type { HeldOut } from '../partition/drift/judge-drift.ts';
import type { PartitionRecord } from '../stores/run-records.ts';
import type { RunStore } from '../stores/run-store.ts';
import { trainedModel } from '../stores/trained-model.ts';

/** By the digest of the model, or blend, what the holdout of a partition said of it. */
type HeldOutModels = ReadonlyMap<Digest, HeldOut>;

/**
 * By the texts of a run's partitions, what the holdout said of who answers for each: that can change after the run, by
 * quarantine, and a score is compared with that of the same model only.
 */
export async function heldOutScores(
  runs: Pick<RunStore, 'partitions' | 'globalTraining'>,
  runId: string,
  answering: (text: string) => { readonly digest: Digest } | null,
): Promise<ReadonlyMap<string, HeldOut>> {
  const global = trainedModel(await runs.globalTraining(runId))?.facts.model.digest;
  const found = new Map<string, HeldOut>();
  const ofUnions = new Map<string, HeldOutModels>();
  const members: { readonly text: string; readonly into: string }[] = [];
  const keep = (text: string, scores: HeldOutModels | undefined) => {
    const member = answering(text);
    const held = member === null ? undefined : scores?.get(member.digest);
    if (held !== undefined) found.set(text, held);
  };
  for await (const record of runs.partitions(runId)) {
    const { text, partitionId, decision, ranges } = record;
    const scores = scoresOf(record, global);
    if (decision.kind === 'merge') members.push({ text, into: decision.into });
    keep(text, scores);
    if (ranges.length > 1) ofUnions.set(partitionId, scores);
  }
  for (const { text, into } of members) keep(text, ofUnions.get(into));
  return found;
}

function scoresOf(
  { chosen, trained, evaluated }: PartitionRecord,
  global: Digest | undefined,
): HeldOutModels {
  const own = trainedModel(trained)?.facts.model.digest;
  const blend = chosen?.blend;
  const alone = blend === undefined ? chosen?.model : undefined;
  const isParent = alone !== own && alone !== global;
  const parent =
    blend?.parts.find(({ rung }) => rung === 'parent')?.model ?? (isParent ? alone : undefined);
  const scores: readonly (readonly [Digest | null | undefined, HeldOut | null | undefined])[] = [
    [global, evaluated?.global],
    [parent, evaluated?.parent?.scores],
    [own, evaluated?.own],
    [blend && chosen?.model, blend?.scores],
  ];
  return new Map(
    scores.flatMap(([model, held]) => (model && held ? [[model, held] as const] : [])),
  );
}
