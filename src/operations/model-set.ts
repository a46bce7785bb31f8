import type { Digest } from '../domain/digest.ts';
import type { Scope } from '../domain/run.ts';
import type { PackMember } from '../stores/objects/pack.ts';
import type { RunRecord } from '../stores/run-store.ts';
import { trainedModel } from '../stores/trained-model.ts';
import type { OperationContext } from './context.ts';

/** Who answers for a partition: the rung of the ladder own → global, the model's digest and where its bytes are. */
export type Member = {
  readonly rung: Scope;
  readonly reason: string | null;
  readonly digest: Digest;
  readonly bytes: PackMember;
};

export type ModelSet = {
  /** By partition text; absent = never seen in training, or no answer by policy. */
  readonly members: ReadonlyMap<string, Member>;
  readonly global: Member | null;
};

export function isEmpty({ members, global }: ModelSet): boolean {
  return members.size === 0 && global === null;
}

/**
 * All models of a run that serve, by the verdicts of the run. One that was cancelled, or failed, before own and global
 * models were compared serves what it finished: a partition's own model, else the global one.
 */
export async function modelSetOf(
  { runs }: Pick<OperationContext, 'runs'>,
  run: RunRecord,
): Promise<ModelSet> {
  const trained = trainedModel(await runs.globalTraining(run.runId));
  const global: Member | null = trained && {
    rung: 'global',
    reason: null,
    digest: trained.facts.model.digest,
    bytes: trained.model,
  };

  const own = new Map<Digest, PackMember>();
  const answers: Answer[] = [];
  for await (const { text, trained: fitted, chosen } of runs.partitions(run.runId)) {
    const model = trainedModel(fitted);
    if (model !== null) own.set(model.facts.model.digest, model.model);
    if (chosen?.model)
      answers.push({ text, digest: chosen.model, reason: chosen.reason ?? chosen.verdict });
    else if (chosen === null)
      answers.push({
        text,
        digest: model?.facts.model.digest ?? null,
        reason: model === null ? 'not_reached' : 'not_compared',
      });
  }
  const members = new Map<string, Member>();
  for (const { text, digest, reason } of answers) {
    const bytes = digest === null ? undefined : own.get(digest);
    if (digest !== null && bytes !== undefined)
      members.set(text, { rung: 'own', reason, digest, bytes });
    else if (global !== null) members.set(text, { ...global, reason });
  }
  return { members, global };
}

/** `digest` null: no model of its own. */
type Answer = {
  readonly text: string;
  readonly digest: Digest | null;
  readonly reason: string | null;
};
