import type { Digest } from '../domain/digest.ts';
import { Failure } from '../domain/failure.ts';
import { isTerminal } from '../domain/run.ts';
import type { Member, ModelSet } from '../partition/model-set.ts';
import type { SnapshotColumn } from '../sources/snapshot.ts';
import type { Spec } from '../spec/spec.ts';
import type { PackMember } from '../stores/objects/pack.ts';
import type { ServingRecord } from '../stores/run-facts.ts';
import type { RunRecord } from '../stores/run-store.ts';
import { trainedModel } from '../stores/trained-model.ts';
import type { OperationContext } from './context.ts';
import { refuseDeleted } from './deleted-run.ts';

/** Where the bytes of its models lie. */
export type ServedMember = Member<PackMember>;
export type ServedSet = ModelSet<PackMember>;

/** What a run that has ended answers with, and what its rows are read by. */
export type ServedModels = {
  readonly spec: Spec;
  /** Of the target; empty for a regression. */
  readonly classes: readonly string[];
  /** As training read them. */
  readonly columns: readonly SnapshotColumn[];
  readonly models: ServedSet;
};

/**
 * The models of a run, which never change, but for those in quarantine: where one may not answer, the model without partition does, with the reason. Throws `Failure('conflict')` before it has ended, `Failure('not-found')` when
 * it has none.
 */
export async function servedModels(
  context: Pick<OperationContext, 'runs' | 'facts' | 'quarantine'>,
  id: string,
): Promise<ServedModels> {
  const run = await context.runs.run(id);
  if (!isTerminal(run.status))
    throw new Failure(
      'conflict',
      `Run ${run.runId} is ${run.status}, and its models are chosen at its end: wait for it with \`partita attach\`, or cancel it to use those that are trained.`,
    );
  refuseDeleted(run);
  const models = await modelSetOf(context, run);
  const { spec, plan, snapshot } = run;
  if (isEmpty(models) && isWithheld(models))
    throw new Failure(
      'conflict',
      `Everything that could answer of run ${run.runId} is in quarantine; \`partita quarantine\` lists what is, and why.`,
    );
  if (plan === null || snapshot === null || isEmpty(models))
    throw new Failure(
      'not-found',
      `Run ${run.runId} has no model that could answer: it ended ${run.status} before one was trained.`,
    );
  return { spec, classes: plan.classes, columns: snapshot.columns, models };
}

function isEmpty({ members, global }: ServedSet): boolean {
  return global === null && members.size === 0;
}

/** Whether anything of it is in quarantine. */
function isWithheld({ unanswered, globalWithheld }: ServedSet): boolean {
  const reasons = [globalWithheld ?? '', ...unanswered.values()];
  return reasons.some((reason) => reason.startsWith(QUARANTINED));
}

/**
 * All models of a run that serve, by the verdicts of the run. One that was cancelled, or failed, before own and global
 * models were compared serves what it finished: a partition's own model, else the global one.
 */
async function modelSetOf(
  { runs, facts, quarantine }: Pick<OperationContext, 'runs' | 'facts' | 'quarantine'>,
  run: RunRecord,
): Promise<ServedSet> {
  const withheld = await quarantine.withheld(run.runId);
  const trained = trainedModel(await runs.globalTraining(run.runId));
  const globalWithheld = withheldReason(trained && withheld.models.get(trained.facts.model.digest));
  const { totals } = await runs.totals(run.runId);
  const reachEverywhere = totals?.globalEverywhere?.band?.reach ?? null;
  const global: ServedMember | null =
    trained === null || globalWithheld !== null
      ? null
      : {
          rung: 'global',
          reason: null,
          digest: trained.facts.model.digest,
          bytes: trained.model,
          ...reachMember(reachEverywhere),
        };

  const serving = await facts.serving(run.runId);
  const own = new Map(
    serving.flatMap(({ own: one, reach }) => {
      if (one === null) return [];
      return [[one.digest, { bytes: one.bytes, ...reachMember(reach.own) }] as const];
    }),
  );
  const members = new Map<string, ServedMember>();
  const unanswered = new Map<string, string>();
  for (const { text, digest, reason, isAnswered, reach } of serving.map(answerOf)) {
    if (!isAnswered) {
      unanswered.set(text, reason ?? 'no_model');
      continue;
    }
    const model = digest === null ? undefined : own.get(digest);
    const isOwn = digest !== null && model !== undefined;
    const held = withheldReason(
      isOwn ? (withheld.models.get(digest) ?? withheld.partitions.get(text)) : null,
    );
    if (isOwn && held === null)
      members.set(text, { rung: 'own', reason, digest, ...model, ...reachMember(reach.own) });
    else if (global !== null)
      members.set(text, { ...global, reason: held ?? reason, ...reachMember(reach.global) });
    else if (held !== null || globalWithheld !== null)
      unanswered.set(text, globalWithheld ?? held ?? 'no_model');
  }
  return { members, unanswered, global, globalWithheld };
}

/** Left out where there are too few rows for an interval. */
function reachMember(reach: number | null): { readonly reach?: number } {
  return reach === null ? {} : { reach };
}

const QUARANTINED = 'quarantined: ';

/** As rows tell it. */
function withheldReason(words: string | null | undefined): string | null {
  return words === null || words === undefined ? null : `${QUARANTINED}${words}`;
}

/** `digest` null: no model of its own. */
type Answer = {
  readonly text: string;
  readonly digest: Digest | null;
  readonly reason: string | null;
  /** False where the run chose that nobody answers: a skipped partition, or one that failed. */
  readonly isAnswered: boolean;
  readonly reach: ServingRecord['reach'];
};

function answerOf({ text, isChosen, serves, reason, own, reach }: ServingRecord): Answer {
  if (isChosen) return { text, digest: serves, reason, isAnswered: serves !== null, reach };
  const because = own === null ? 'not_reached' : 'not_compared';
  return { text, digest: own?.digest ?? null, reason: because, isAnswered: true, reach };
}
