import type { Digest } from '../domain/digest.ts';
import { asJson, type Json, type JsonObject } from '../domain/json.ts';
import { STAGES, type Stage, type Verdict } from '../domain/run.ts';
import { canonicalJson, digestJson } from '../frame/digest.ts';
import type { PartitionRecord, RunRecord, TrainedPartition } from '../stores/run-records.ts';
import type { OperationContext } from './context.ts';
import { pairs, partitionsRead, type ReadPartition } from './partitions-read.ts';

/** What a run was made of, where two runs differ: field → both values. */
export type Differences = { readonly [field: string]: readonly [a: Json, b: Json] };

/** What changed between two runs. */
export type RunChanges = {
  readonly spec: Differences;
  readonly code: Differences;
  readonly environment: Differences;
  /** Snapshots; equal digests are equal rows. */
  readonly data: Differences;
};

/** The first place, in the order of the work, at which two runs say something else. */
export type FirstDifference = {
  readonly stage: Stage;
  /** Null: of the whole run. */
  readonly partition: string | null;
  /** What of the stage: `model`, `candidate 2 (logistic)` … */
  readonly what: string;
  readonly values: readonly [a: Json, b: Json];
};

/** A partition that ended otherwise. */
export type ChangedOutcome = {
  readonly partition: string;
  readonly a: Outcome | null;
  readonly b: Outcome | null;
};
export type Outcome = {
  readonly rows: Digest;
  readonly status: string | null;
  readonly verdict: Verdict | null;
  readonly algorithm: string | null;
  readonly cv: number | null;
  readonly holdout: number | null;
  readonly model: Digest | null;
};

export type RunComparison = {
  readonly a: string;
  readonly b: string;
  readonly changed: RunChanges;
  readonly partitions: {
    readonly onlyA: number;
    readonly onlyB: number;
    readonly both: number;
    /** Of those in both: other rows. */
    readonly changedRows: number;
    /** One of them, or both, have a model of its own. */
    readonly withModel: number;
    readonly sameModel: number;
    /** Chosen in both, and not the same. */
    readonly otherVerdict: number;
  };
  /** At most 100, in text order. */
  readonly outcomes: readonly ChangedOutcome[];
  readonly first: FirstDifference | null;
};

const LISTED = 100;

/** What changed from run `a` to run `b`, and what that did; the first difference in the order of the work. */
export async function compareRuns(
  { runs, lineage }: Pick<OperationContext, 'runs' | 'lineage'>,
  a: RunRecord,
  b: RunRecord,
): Promise<RunComparison> {
  const [madeA, madeB] = await Promise.all([
    lineage.makersOfRun(a.runId),
    lineage.makersOfRun(b.runId),
  ]);
  const tally = new Tally();
  const snapshots = [a.snapshot?.digest ?? null, b.snapshot?.digest ?? null] as const;
  if (snapshots[0] !== snapshots[1]) tally.note('snapshot', null, 'snapshot', snapshots);
  const plans = [planOf(a), planOf(b)] as const;
  tally.compare('condition', null, plans);
  for await (const [left, right] of pairs(partitionsRead(runs, a), partitionsRead(runs, b)))
    tally.take(left, right);
  const parents = [await runs.parents(a.runId), await runs.parents(b.runId)] as const;
  tally.compareParents(...parents);
  const globals = [await runs.globalTraining(a.runId), await runs.globalTraining(b.runId)] as const;
  tally.compareTraining(null, globals[0], globals[1]);
  const totals = [await runs.totals(a.runId), await runs.totals(b.runId)] as const;
  tally.compare('choose', null, [asJson(totals[0]), asJson(totals[1])]);
  tally.compare('report', null, [{ status: a.status }, { status: b.status }]);
  return {
    a: a.runId,
    b: b.runId,
    changed: {
      spec: differencesOf(flat(asJson(a.spec)), flat(asJson(b.spec))),
      code: differencesOf(asJson(madeA.code), asJson(madeB.code)),
      environment: differencesOf(madeA.environment, madeB.environment),
      data: differencesOf({ snapshot: snapshots[0] }, { snapshot: snapshots[1] }),
    },
    ...tally.result(),
  };
}

/** Counts and remembers; one difference per stage is enough to know the first. */
class Tally {
  readonly #first = new Map<Stage, FirstDifference>();
  readonly #outcomes: ChangedOutcome[] = [];
  readonly #counts = {
    onlyA: 0,
    onlyB: 0,
    both: 0,
    changedRows: 0,
    withModel: 0,
    sameModel: 0,
    otherVerdict: 0,
  };

  take(a: ReadPartition | null, b: ReadPartition | null): void {
    const text = (a ?? b)?.text ?? '';
    const outcomes = [outcomeOf(a), outcomeOf(b)] as const;
    this.#count(outcomes[0], outcomes[1]);
    if (digestJson(asJson(outcomes)[0] ?? null) !== digestJson(asJson(outcomes)[1] ?? null))
      if (this.#outcomes.length < LISTED)
        this.#outcomes.push({ partition: text, a: outcomes[0], b: outcomes[1] });
    if (a === null || b === null) {
      this.note('snapshot', text, 'partition', [a?.text ?? null, b?.text ?? null]);
      return;
    }
    if (a.digest !== b.digest) this.note('snapshot', text, 'rows', [a.digest, b.digest]);
    // What was never planned says nothing of the rest; that there is no plan is told of the whole run.
    if (a.decision === null || b.decision === null) return;
    this.compare('profile', text, [profileOf(a), profileOf(b)]);
    this.compare('condition', text, [decisionOf(a), decisionOf(b)]);
    this.compareTraining(text, a.trained, b.trained);
    this.compare('evaluate', text, [asJson(a.evaluated ?? {}), asJson(b.evaluated ?? {})]);
    this.compare('choose', text, [choiceOf(a), choiceOf(b)]);
  }

  /** They are no partitions of the table: their differences are told, not counted. */
  compareParents(a: readonly PartitionRecord[], b: readonly PartitionRecord[]): void {
    const others = new Map(b.map((one) => [one.text, one]));
    for (const left of a) {
      const right = others.get(left.text);
      this.compareTraining(left.text, left.trained, right?.trained ?? null);
      if (right === undefined) continue;
      this.compare('evaluate', left.text, [
        asJson(left.evaluated ?? {}),
        asJson(right.evaluated ?? {}),
      ]);
      this.compare('choose', left.text, [choiceOf(left), choiceOf(right)]);
    }
  }

  compareTraining(
    partition: string | null,
    a: TrainedPartition | null,
    b: TrainedPartition | null,
  ): void {
    const [left, right] = [trainingOf(a), trainingOf(b)];
    // What failed has told of no features: that it failed is what differs.
    const stages = a?.kind === b?.kind ? (['features', 'select', 'train'] as const) : ['train'];
    for (const stage of stages as readonly ('features' | 'select' | 'train')[])
      this.compare(stage, partition, [left[stage], right[stage]]);
  }

  /** Notes the first field in which two documents differ. */
  compare(stage: Stage, partition: string | null, [a, b]: readonly [JsonObject, JsonObject]): void {
    if (this.#first.has(stage) || canonicalJson(a) === canonicalJson(b)) return;
    const [field, values] = Object.entries(differencesOf(a, b))[0] ?? [];
    if (field !== undefined && values !== undefined) this.note(stage, partition, field, values);
  }

  note(stage: Stage, partition: string | null, what: string, values: readonly [Json, Json]): void {
    if (!this.#first.has(stage)) this.#first.set(stage, { stage, partition, what, values });
  }

  result(): Pick<RunComparison, 'partitions' | 'outcomes' | 'first'> {
    const stage = STAGES.find((one) => this.#first.has(one));
    return {
      partitions: this.#counts,
      outcomes: this.#outcomes,
      first: stage === undefined ? null : (this.#first.get(stage) ?? null),
    };
  }

  #count(a: Outcome | null, b: Outcome | null): void {
    if (a === null || b === null) {
      if (a === null) this.#counts.onlyB++;
      else this.#counts.onlyA++;
      return;
    }
    this.#counts.both++;
    if (a.rows !== b.rows) this.#counts.changedRows++;
    if (a.model !== null || b.model !== null) this.#counts.withModel++;
    if (a.model !== null && a.model === b.model) this.#counts.sameModel++;
    const isChosen = a.status !== null && b.status !== null;
    if (isChosen && a.verdict !== b.verdict) this.#counts.otherVerdict++;
  }
}

function planOf({ plan }: RunRecord): JsonObject {
  return plan === null ? {} : { classes: plan.classes, folds: plan.folds };
}

function profileOf({ profile }: ReadPartition): JsonObject {
  return asJson(profile ?? {});
}

function decisionOf({ decision, rows }: ReadPartition): JsonObject {
  return { ...asJson(decision ?? {}), rows };
}

/** What may differ for good reason is left out: times, logs, and whether it was taken over. */
function trainingOf(trained: TrainedPartition | null): {
  readonly [stage in 'features' | 'select' | 'train']: JsonObject;
} {
  if (trained === null) return { features: {}, select: {}, train: { training: 'none' } };
  if (trained.kind === 'failed')
    return { features: {}, select: {}, train: { failed: trained.reason } };
  const { features, selection, candidates, best, model, rows } = trained.facts;
  const tried = candidates.map(({ fitMs: _time, ...candidate }, i) => [
    `candidate ${i} (${candidate.algorithm})`,
    candidate,
  ]);
  return {
    features: asJson(features),
    select: asJson(selection),
    train: asJson({
      failed: null,
      ...Object.fromEntries(tried),
      best,
      model: model?.digest ?? null,
      importance: model?.importance ?? null,
      rows,
    }),
  };
}

function choiceOf({ chosen }: Pick<ReadPartition, 'chosen'>): JsonObject {
  if (chosen === null) return {};
  const { partitionId: _id, status, ...choice } = chosen;
  return asJson({ ...choice, status: status === 'reused' ? 'trained' : status });
}

function outcomeOf(record: ReadPartition | null): Outcome | null {
  if (record === null) return null;
  const { digest: rows, trained, evaluated, chosen } = record;
  const model = trained?.kind === 'trained' ? trained.facts.model : null;
  const status = chosen?.status ?? null;
  return {
    rows,
    status: status === 'reused' ? 'trained' : status,
    verdict: chosen?.verdict ?? null,
    algorithm: model?.algorithm ?? null,
    cv: evaluated?.own?.cv.value ?? null,
    holdout: evaluated?.own?.holdout.value ?? null,
    model: model?.digest ?? null,
  };
}

/** The fields in which two documents differ, each with both values (null: not there). */
export function differencesOf(a: JsonObject, b: JsonObject): Differences {
  const fields = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return Object.fromEntries(
    fields
      .map((field) => [field, [a[field] ?? null, b[field] ?? null]] as const)
      .filter(([, [left, right]]) => canonicalJson(left) !== canonicalJson(right)),
  );
}

/** `validate.folds` → 3: a field of a document by its whole path; lists are values. */
function flat(document: JsonObject, path = ''): JsonObject {
  return Object.fromEntries(
    Object.entries(document).flatMap(([name, value]) => {
      if (value === undefined) return [];
      const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
      return isObject
        ? Object.entries(flat(value as JsonObject, `${path}${name}.`))
        : [[`${path}${name}`, value]];
    }),
  );
}
