import type { Digest } from '../domain/digest.ts';
import type { Decision, PartitionReason, PartitionStatus, Verdict } from '../domain/run.ts';
import { adjustPValues, verdict } from '../estimators/compare.ts';
import type { EvaluateFacts } from './facts.ts';

/** What is known of a partition when the choice is made. */
export type Choosable = {
  readonly partitionId: string;
  readonly decision: Decision;
  /** The own best model; null when none was fitted. */
  readonly model: Digest | null;
  /** Whether that model was taken over from an earlier run. */
  readonly isReused: boolean;
  /** Why none was fitted. */
  readonly failure: PartitionReason | null;
  readonly comparison: EvaluateFacts['comparison'];
};

/** How a partition ended and who answers for it. */
export type Choice = {
  readonly partitionId: string;
  readonly status: PartitionStatus;
  readonly reason: PartitionReason | null;
  readonly verdict: Verdict | null;
  /** Benjamini–Hochberg adjusted. */
  readonly adjustedPValue: number | null;
  /** Digest of the model that answers, own or global. */
  readonly model: Digest | null;
};

/**
 * Who answers where: the own model needs evidence against the global one after correcting for testing many partitions;
 * a tie, or what can't be compared, goes to the simpler rung, the global model. Without a global model the own one answers
 * unopposed.
 */
export function chooseModels(
  partitions: readonly Choosable[],
  global: Digest | null,
): readonly Choice[] {
  const compared = partitions.filter(({ comparison }) => comparison !== null);
  const adjusted = adjustPValues(compared.map(({ comparison }) => comparison?.pValue ?? 1));
  const pValues = new Map(compared.map(({ partitionId }, i) => [partitionId, adjusted[i] ?? 1]));
  const choices = new Map(
    partitions.map((partition) => [
      partition.partitionId,
      chooseOne(partition, global, pValues.get(partition.partitionId) ?? null),
    ]),
  );
  return partitions.map((partition) => settleMember(partition, choices));
}

function chooseOne(partition: Choosable, global: Digest | null, pValue: number | null): Choice {
  const { partitionId, decision, model, failure, comparison } = partition;
  const fitted = partition.isReused ? 'reused' : 'trained';
  const choice = { partitionId, reason: null, verdict: null, adjustedPValue: pValue, model };
  switch (decision.kind) {
    case 'train': {
      if (model === null)
        return { ...choice, status: 'failed', reason: failure ?? 'every_candidate_failed' };
      if (global === null) return { ...choice, status: fitted };
      if (comparison === null || pValue === null)
        return {
          ...choice,
          status: fitted,
          reason: 'not_compared',
          verdict: 'tie',
          model: global,
        };
      const found = verdict({ ...comparison, adjustedPValue: pValue });
      return {
        ...choice,
        status: fitted,
        verdict: found,
        model: found === 'own' ? model : global,
      };
    }
    case 'global':
      return global === null
        ? { ...choice, status: 'skipped', reason: decision.reason, model: null }
        : { ...choice, status: 'global', reason: decision.reason, model: global };
    case 'merge':
      return { ...choice, status: 'merged', reason: decision.reason, model: null };
    case 'fail':
      return { ...choice, status: 'failed', reason: decision.reason, model: null };
    case 'skip':
      return { ...choice, status: 'skipped', reason: decision.reason, model: null };
  }
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
