import { blendText } from '../domain/blend.ts';
import type { Digest } from '../domain/digest.ts';
import { Failure } from '../domain/failure.ts';
import { isTerminal } from '../domain/run.ts';
import { type Member, type ModelSet, soleMember } from '../partition/model-set.ts';
import type { SnapshotColumn } from '../sources/snapshot.ts';
import type { Spec } from '../spec/spec.ts';
import { refuseDeleted } from '../stores/deleted-run.ts';
import type { PackMember } from '../stores/objects/pack.ts';
import type { QuarantineStore, Withheld } from '../stores/quarantine-store.ts';
import type { RunFactsStore, ServingRecord } from '../stores/run-facts.ts';
import type { RunRecord } from '../stores/run-records.ts';
import type { RunStore } from '../stores/run-store.ts';
import { trainedModel } from '../stores/trained-model.ts';

/** What a run's models are told from. */
export type ServingStores = {
  readonly runs: Pick<RunStore, 'run' | 'globalTraining' | 'totals' | 'partitions'>;
  readonly facts: Pick<RunFactsStore, 'serving'>;
  readonly quarantine: Pick<QuarantineStore, 'withheld'>;
};

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
 * The models of a run, which never change, but for those in quarantine: where one may not answer, the model without partition does, with the reason. `withheld`: what is in quarantine, where
 * that is known. Throws `Failure('conflict')` before it has ended, `Failure('not-found')` when it has none.
 */
export async function servedModels(
  context: ServingStores,
  id: string,
  withheld?: Withheld,
): Promise<ServedModels> {
  const run = await endedRun(context, id);
  const models = await modelSetOf(
    context,
    run,
    withheld ?? (await context.quarantine.withheld(run.runId)),
  );
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

/** What of a run that has ended may not answer. Throws as `servedModels` does. */
export async function withheldModels(
  { runs, quarantine }: Pick<ServingStores, 'runs' | 'quarantine'>,
  id: string,
): Promise<Withheld> {
  const { runId } = await endedRun({ runs }, id);
  return quarantine.withheld(runId);
}

async function endedRun({ runs }: Pick<ServingStores, 'runs'>, id: string): Promise<RunRecord> {
  const run = await runs.run(id);
  if (!isTerminal(run.status))
    throw new Failure(
      'conflict',
      `Run ${run.runId} is ${run.status}, and its models are chosen at its end: wait for it with \`partita attach\`, or cancel it to use those that are trained.`,
    );
  refuseDeleted(run);
  return run;
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
  { runs, facts }: ServingStores,
  run: RunRecord,
  withheld: Withheld,
): Promise<ServedSet> {
  const trained = trainedModel(await runs.globalTraining(run.runId));
  const globalWithheld = withheldReason(trained && withheld.models.get(trained.facts.model.digest));
  const { totals } = await runs.totals(run.runId);
  const reachEverywhere = totals?.globalEverywhere?.band?.reach ?? null;
  const global: ServedMember | null =
    trained === null || globalWithheld !== null
      ? null
      : soleMember({
          rung: 'global',
          reason: null,
          digest: trained.facts.model.digest,
          bytes: trained.model,
          ...reachMember(reachEverywhere),
        });

  const serving = await facts.serving(run.runId, 'partitions');
  const own = new Map(
    serving.flatMap(({ own: one, reach }) => {
      if (one === null) return [];
      return [
        [one.digest, { bytes: one.bytes, ...reachMember(reach.own ?? reachEverywhere) }] as const,
      ];
    }),
  );
  const ofParents = await facts.serving(run.runId, 'parents');
  const parents = parentsOf(ofParents, withheld, reachEverywhere);
  const known = { own, parents, global, globalWithheld, withheld, reachEverywhere };
  const members = new Map<string, ServedMember>();
  const unanswered = new Map<string, string>();
  for (const answer of serving.map(answerOf)) {
    const found = memberOf(answer, known);
    if (typeof found === 'string') unanswered.set(answer.text, found);
    else if (found !== null) members.set(answer.text, found);
  }
  const free = [...parents.values()].filter(({ held }) => held === null);
  return {
    members,
    unanswered,
    parents: new Map(free.map(({ text, member }) => [text, member])),
    global,
    globalWithheld,
  };
}

/** A parent that answers, and why it may not; null: it may. */
type Parent = {
  readonly text: string;
  readonly member: ServedMember;
  readonly held: string | null;
};

/** By digest, the models of parents that were chosen to answer. */
function parentsOf(
  serving: readonly ServingRecord[],
  { models }: Withheld,
  reachEverywhere: number | null,
): ReadonlyMap<Digest, Parent> {
  return new Map(
    serving.flatMap(({ text, serves, own, reach }): readonly (readonly [Digest, Parent])[] => {
      if (own === null || serves !== own.digest) return [];
      const { digest, bytes } = own;
      const member = soleMember({
        rung: 'parent' as const,
        reason: 'unseen_partition',
        digest,
        bytes,
        ...reachMember(reach.own ?? reachEverywhere),
      });
      return [[digest, { text, member, held: withheldReason(models.get(digest)) }]];
    }),
  );
}

/** The models of a run, and which of them may not answer. */
type Known = {
  readonly own: ReadonlyMap<Digest, { readonly bytes: PackMember; readonly reach?: number }>;
  readonly parents: ReadonlyMap<Digest, Parent>;
  readonly global: ServedMember | null;
  readonly globalWithheld: string | null;
  readonly withheld: Withheld;
  /** Of the global model on all rows: where a partition has too few of its own. */
  readonly reachEverywhere: number | null;
};

/** Who answers; a text: why nobody does; null: nothing was chosen, and there is no model at all. */
function memberOf(answer: Answer, known: Known): ServedMember | string | null {
  const { text, digest, serves, blend, reason, reach } = answer;
  const { own, parents, global, globalWithheld, withheld } = known;
  if (!answer.isAnswered) return reason ?? 'no_model';
  const model = digest === null ? undefined : own.get(digest);
  const isOwn = digest !== null && model !== undefined;
  const held = withheldReason(
    isOwn ? (withheld.models.get(digest) ?? withheld.partitions.get(text)) : null,
  );
  if (isOwn && held === null) {
    const alone = { rung: 'own' as const, reason, digest, ...model, ...reachMember(reach.own) };
    return blended(answer, soleMember(alone), known);
  }
  // Of a blend without its own part what is left of it.
  const above = blend?.parts.find(({ rung }) => rung === 'parent')?.model ?? serves;
  const parent = above === null ? undefined : parents.get(above);
  if (parent?.held === null)
    return { ...parent.member, reason: held ?? reason, ...reachMember(reach.parent) };
  const because = held ?? parent?.held ?? null;
  if (global !== null)
    return { ...global, reason: because ?? reason, ...reachMember(reach.global) };
  if (because === null && globalWithheld === null) return null;
  return globalWithheld ?? because;
}

/** Own and another together where that was chosen, with the reason and how much each answers; the own one alone where the other may not. */
function blended(
  { serves, reason, blend }: Answer,
  own: ServedMember,
  { parents, global, globalWithheld, reachEverywhere }: Known,
): ServedMember {
  const theirs = blend?.parts.find(({ rung }) => rung !== 'own');
  if (blend === null || theirs === undefined) return own;
  const parent = parents.get(theirs.model);
  const other = theirs.rung === 'parent' ? freeMember(parent) : global;
  if (other === null) return { ...own, reason: parent?.held ?? globalWithheld ?? reason };
  const parts = blend.parts.flatMap(({ rung, weight }) =>
    (rung === 'own' ? own : other).parts.map((part) => ({ ...part, weight })),
  );
  const words = [reason, blendText(blend.parts)].filter((word) => word !== null);
  const answering = { rung: 'blend' as const, reason: words.join(': '), parts };
  return {
    ...answering,
    digest: serves ?? own.digest,
    ...reachMember(blend.reach ?? reachEverywhere),
  };
}

function freeMember(parent: Parent | undefined): ServedMember | null {
  return parent === undefined || parent.held !== null ? null : parent.member;
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

/** `digest`: of the own model, where it answers, alone or with others; null: it does not. */
type Answer = {
  readonly text: string;
  readonly digest: Digest | null;
  /** Of what answers. */
  readonly serves: Digest | null;
  readonly blend: ServingRecord['blend'];
  readonly reason: string | null;
  /** False where the run chose that nobody answers: a skipped partition, or one that failed. */
  readonly isAnswered: boolean;
  readonly reach: ServingRecord['reach'];
};

function answerOf({ text, isChosen, serves, reason, own, blend, reach }: ServingRecord): Answer {
  const ownDigest = own?.digest ?? null;
  if (isChosen) {
    const digest = blend === null ? serves : ownDigest;
    return { text, digest, serves, blend, reason, isAnswered: serves !== null, reach };
  }
  const because = own === null ? 'not_reached' : 'not_compared';
  return {
    text,
    digest: ownDigest,
    serves: ownDigest,
    blend: null,
    reason: because,
    isAnswered: true,
    reach,
  };
}
