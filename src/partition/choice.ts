import type { Digest } from '../domain/digest.ts';
import type {
  Decision,
  PartitionReason,
  PartitionStatus,
  Scope,
  TieRule,
  Verdict,
} from '../domain/run.ts';
import { adjustPValues, type Comparison, verdict } from '../estimators/compare.ts';
import { expectedEffects } from '../estimators/expected-effects.ts';
import { type FoldErrors, type Shrunk, shrink } from '../estimators/shrink.ts';
import { type Blend, blendDigest, blendParts } from './blend.ts';

/** What is known of a partition, or a parent, when the choice is made. */
export type Choosable = {
  readonly partitionId: string;
  readonly decision: Decision;
  /** The own best model; null when none was fitted. */
  readonly model: Digest | null;
  /** Whether that model was taken over from an earlier run. */
  readonly isReused: boolean;
  /** Why none was fitted. */
  readonly failure: PartitionReason | null;
  /** Own against the model without partition. */
  readonly comparison: Comparison | null;
  /** Of a metric in the unit of the target, the other model's score on those rows, what differences are measured in; 0 where it has none. */
  readonly scale?: number;
  /** Of a partition that is to be blended; null where own and global have no scores on the same rows. */
  readonly errors: readonly FoldErrors[] | null;
  /** Which parent it has, and the same against that one's model. */
  readonly parent?: Pick<Choosable, 'comparison' | 'scale' | 'errors'> & { readonly id: string };
};

/** How a partition ended and who answers for it. */
export type Choice = {
  readonly partitionId: string;
  readonly status: PartitionStatus;
  readonly reason: PartitionReason | null;
  readonly verdict: Verdict | null;
  /** Benjamini–Hochberg adjusted. */
  readonly adjustedPValue: number | null;
  /** Digest of the model that answers, or of the blend of several. */
  readonly model: Digest | null;
  /** Present where a blend answers. */
  readonly blend?: Blend;
};

/** Who answers for a partition unless its own model does. */
type Above = { readonly rung: Exclude<Scope, 'own'>; readonly model: Digest };

/** Of the parents, by id, the models that answer for what is below them. */
export type AnsweringParents = ReadonlyMap<string, Digest>;

/**
 * Which parents answer: like partitions they need evidence against the model without partition, corrected for testing
 * many parents; without it the simpler rung answers.
 */
export function chooseParents(
  parents: readonly Choosable[],
  global: Digest | null,
  ties: TieRule = 'simpler',
): { readonly choices: readonly Choice[]; readonly answering: AnsweringParents } {
  const choices = chooseModels(parents, global, new Map(), ties).map((choice) =>
    choice.verdict === 'own' ? { ...choice, verdict: 'parent' as const } : choice,
  );
  const answering = choices.flatMap(({ partitionId, model }) =>
    model === null || model === global ? [] : [[partitionId, model] as const],
  );
  return { choices, answering: new Map(answering) };
}

/**
 * Who answers where: the own model needs evidence against the one that would answer otherwise (its parent's, where that
 * answers, else the global one), after correcting for testing many partitions against such a one; a tie, or what can't be
 * compared, goes to the simpler rung. With `pooled` a tie goes to the own model where that is expected to be better by what
 * all partitions of like size and scale say together, those that are tested against the same rung. Without another model the own one answers
 * unopposed. Small partitions are not tested: where that is asked, both answer, as far as held-out rows speak for each.
 */
export function chooseModels(
  partitions: readonly Choosable[],
  global: Digest | null,
  parents: AnsweringParents = new Map(),
  ties: TieRule = 'simpler',
): readonly Choice[] {
  const opposed = partitions.map((partition) => opposedBy(partition, global, parents));
  const evidence = evidenceOf(opposed, ties);
  const weights = blendWeights(opposed);
  const choices = new Map(
    opposed.map((one) => {
      const { partitionId } = one.partition;
      const found = evidence.get(partitionId) ?? null;
      return [partitionId, chooseOne(one, found, weights.get(partitionId) ?? null)];
    }),
  );
  return partitions.map((partition) => settleMember(partition, choices));
}

/** A partition with who would answer for it, and how its own model stands against that one. */
type Opposed = {
  readonly partition: Choosable;
  readonly above: Above | null;
  readonly comparison: Comparison | null;
  /** Of the comparison; see `expectedEffects`. */
  readonly scale: number;
  readonly errors: readonly FoldErrors[] | null;
};

function opposedBy(
  partition: Choosable,
  global: Digest | null,
  parents: AnsweringParents,
): Opposed {
  const { parent, comparison, scale = 1, errors } = partition;
  const model = parent && parents.get(parent.id);
  if (parent !== undefined && model !== undefined) {
    const above: Above = { rung: 'parent', model };
    const { comparison: against, scale: unit = 1, errors: ofFolds } = parent;
    return { partition, above, comparison: against, scale: unit, errors: ofFolds };
  }
  const above: Above | null = global === null ? null : { rung: 'global', model: global };
  return { partition, above, comparison, scale, errors };
}

/** What all tested partitions together say of one. */
type Evidence = {
  readonly adjustedPValue: number;
  /** How much better its own model is expected to be, in units of the scale; null where ties do not ask, or too few are like it. */
  readonly expected: number | null;
};

/** By partition; those that are tested against the same rung are one family. */
function evidenceOf(opposed: readonly Opposed[], ties: TieRule): ReadonlyMap<string, Evidence> {
  const found = new Map<string, Evidence>();
  for (const rung of ['parent', 'global'] as const) {
    const family = opposed.flatMap(({ partition, above, comparison, scale }) =>
      partition.decision.kind === 'train' &&
      comparison !== null &&
      (above?.rung ?? 'global') === rung
        ? [{ id: partition.partitionId, ...comparison, scale }]
        : [],
    );
    const adjusted = adjustPValues(family.map(({ pValue }) => pValue));
    const expected = ties === 'pooled' ? expectedEffects(family) : null;
    family.forEach(({ id }, i) =>
      found.set(id, { adjustedPValue: adjusted[i] ?? 1, expected: expected?.[i] ?? null }),
    );
  }
  return found;
}

/** How much of the own model answers, by partition: of those that are to be blended and have both. */
function blendWeights(opposed: readonly Opposed[]): ReadonlyMap<string, Shrunk> {
  const blended = opposed.flatMap(({ partition, above, errors }) =>
    partition.decision.kind === 'shrink' &&
    partition.model !== null &&
    above !== null &&
    errors !== null
      ? [{ id: partition.partitionId, errors }]
      : [],
  );
  const shrunk = shrink(blended.map(({ errors }) => errors));
  return new Map(blended.map(({ id }, i) => [id, shrunk[i] as Shrunk]));
}

function chooseOne(
  { partition, above, comparison }: Opposed,
  evidence: Evidence | null,
  weight: Shrunk | null,
): Choice {
  const { partitionId, decision, model, failure } = partition;
  const fitted = partition.isReused ? 'reused' : 'trained';
  const adjustedPValue = evidence?.adjustedPValue ?? null;
  const choice = { partitionId, reason: null, verdict: null, adjustedPValue, model };
  // That a parent answers is the verdict, also where it does so for want of evidence.
  const simpler = above?.rung === 'parent' ? 'parent' : 'tie';
  const notCompared = { status: fitted, reason: 'not_compared', verdict: simpler } as const;
  switch (decision.kind) {
    case 'train': {
      if (model === null)
        return { ...choice, status: 'failed', reason: failure ?? 'every_candidate_failed' };
      if (above === null) return { ...choice, status: fitted };
      if (comparison === null || evidence === null)
        return { ...choice, ...notCompared, model: above.model };
      const found = verdict({ ...comparison, ...evidence });
      if (found === 'own') return { ...choice, status: fitted, verdict: found };
      if (found === 'tie' && (evidence.expected ?? 0) > 0)
        return { ...choice, status: fitted, verdict: 'own', reason: 'pooled_evidence' };
      const settled = above.rung === 'parent' ? above.rung : found;
      return { ...choice, status: fitted, verdict: settled, model: above.model };
    }
    case 'shrink': {
      const { reason } = decision;
      if (model === null && above === null)
        return { ...choice, status: 'failed', reason: failure ?? 'every_candidate_failed' };
      if (model === null) return leftTo(above, { ...choice, reason });
      if (above === null) return { ...choice, status: fitted, reason };
      if (weight === null) return { ...choice, ...notCompared, model: above.model };
      return { ...choice, status: fitted, reason, ...blendOf(model, above, weight) };
    }
    case 'global':
      return leftTo(above, { ...choice, reason: decision.reason });
    case 'merge':
      return { ...choice, status: 'merged', reason: decision.reason, model: null };
    case 'fail':
      return { ...choice, status: 'failed', reason: decision.reason, model: null };
    case 'skip':
      return { ...choice, status: 'skipped', reason: decision.reason, model: null };
  }
}

/** Of a partition without a model of its own; that a parent answers is told by the verdict. */
function leftTo(above: Above | null, choice: Omit<Choice, 'status'>): Choice {
  if (above === null) return { ...choice, status: 'skipped', model: null };
  const isParent = above.rung === 'parent';
  return {
    ...choice,
    status: 'global',
    model: above.model,
    ...(isParent && { verdict: 'parent' as const }),
  };
}

/** Of a model that has all the weight, or none, nothing is blended. */
function blendOf(
  own: Digest,
  above: Above,
  { weight, withoutFold }: Shrunk,
): Pick<Choice, 'verdict' | 'model' | 'blend'> {
  if (weight === 0) return { verdict: above.rung, model: above.model };
  if (weight === 1) return { verdict: 'own', model: own };
  const parts = blendParts(own, above, weight);
  const blend = { parts, withoutFold, scores: null };
  return { verdict: 'blend', model: blendDigest(parts), blend };
}

/** A merged partition is answered by whatever answers for its union. */
function settleMember(
  { decision, partitionId }: Choosable,
  choices: ReadonlyMap<string, Choice>,
): Choice {
  const choice = choices.get(partitionId) as Choice;
  if (decision.kind !== 'merge') return choice;
  const union = choices.get(decision.into);
  if (union === undefined || union.model === null) {
    return { ...choice, status: 'failed', reason: union?.reason ?? 'every_candidate_failed' };
  }
  return { ...choice, verdict: union.verdict, model: union.model };
}
