import type { Digest } from '../domain/digest.ts';
import { Failure } from '../domain/failure.ts';
import { isTerminal, type Scope } from '../domain/run.ts';
import type { SnapshotColumn } from '../sources/snapshot.ts';
import type { Spec } from '../spec/spec.ts';
import type { PackMember } from '../stores/objects/pack.ts';
import type { ServingRecord } from '../stores/run-facts.ts';
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

/** What a run that has ended answers with, and what its rows are read by. */
export type ServedModels = {
  readonly spec: Spec;
  /** Of the target; empty for a regression. */
  readonly classes: readonly string[];
  /** As training read them. */
  readonly columns: readonly SnapshotColumn[];
  readonly models: ModelSet;
};

/**
 * The models of a run, which never change. Throws `Failure('conflict')` before it has ended, `Failure('not-found')` when
 * it has none.
 */
export async function servedModels(
  context: Pick<OperationContext, 'runs' | 'facts'>,
  id: string,
): Promise<ServedModels> {
  const run = await context.runs.run(id);
  if (!isTerminal(run.status))
    throw new Failure(
      'conflict',
      `Run ${run.runId} is ${run.status}, and its models are chosen at its end: wait for it with \`partita attach\`, or cancel it to use those that are trained.`,
    );
  const models = await modelSetOf(context, run);
  const { spec, plan, snapshot } = run;
  if (plan === null || snapshot === null || isEmpty(models))
    throw new Failure(
      'not-found',
      `Run ${run.runId} has no model that could answer: it ended ${run.status} before one was trained.`,
    );
  return { spec, classes: plan.classes, columns: snapshot.columns, models };
}

function isEmpty({ members, global }: ModelSet): boolean {
  return members.size === 0 && global === null;
}

/**
 * All models of a run that serve, by the verdicts of the run. One that was cancelled, or failed, before own and global
 * models were compared serves what it finished: a partition's own model, else the global one.
 */
async function modelSetOf(
  { runs, facts }: Pick<OperationContext, 'runs' | 'facts'>,
  run: RunRecord,
): Promise<ModelSet> {
  const trained = trainedModel(await runs.globalTraining(run.runId));
  const global: Member | null = trained && {
    rung: 'global',
    reason: null,
    digest: trained.facts.model.digest,
    bytes: trained.model,
  };

  const serving = await facts.serving(run.runId);
  const own = new Map(
    serving.flatMap((one) => (one.own ? [[one.own.digest, one.own.bytes] as const] : [])),
  );
  const members = new Map<string, Member>();
  for (const { text, digest, reason } of serving.flatMap(answerOf)) {
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

/** Nothing where the run chose that nobody answers. */
function answerOf({ text, isChosen, serves, reason, own }: ServingRecord): readonly Answer[] {
  if (isChosen) return serves === null ? [] : [{ text, digest: serves, reason }];
  const because = own === null ? 'not_reached' : 'not_compared';
  return [{ text, digest: own?.digest ?? null, reason: because }];
}

/** Who answers for a partition and why; a key that training never saw is the global model's. Null = nobody. */
export function answerFor(
  text: string,
  { members, global }: ModelSet,
): { readonly member: Member | null; readonly reason: string | null } {
  const member = members.get(text);
  if (member !== undefined) return { member, reason: member.reason };
  return { member: global, reason: global === null ? 'no_model' : 'unseen_partition' };
}
