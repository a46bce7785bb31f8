import { type BlendPart, blendText } from '../domain/blend.ts';
import type { PartitionReason, PartitionStatus, Verdict } from '../domain/run.ts';

/** Who answers for a partition, and why, in words for people. */
export type Answer = {
  readonly who: 'own' | 'union' | 'parent' | 'global' | 'blend' | 'nobody';
  readonly why: string;
};

/** How a partition ended, as results and reports hold it. */
type Ended = {
  readonly status: PartitionStatus;
  readonly verdict: Verdict | null;
  readonly reason?: string | null;
  /** Of a blend, where it is known. */
  readonly blend?:
    | { readonly parts: readonly Pick<BlendPart, 'rung' | 'weight'>[] }
    | null
    | undefined;
};

const REASONS: { readonly [reason in PartitionReason]: string } = {
  too_small: 'too small',
  single_class: 'only one class',
  constant_target: 'the target never changes',
  no_target: 'the target is always missing',
  timeout: 'out of time',
  out_of_memory: 'out of memory',
  thread_died: 'its thread died',
  every_candidate_failed: 'every candidate failed',
  not_compared: 'the two could not be compared',
  not_reached: 'the run ended before',
  pooled_evidence: 'by what partitions like it say together',
  error: 'an error',
};

const STATUSES: { readonly [status in PartitionStatus]: string } = {
  trained: 'trained on their own rows',
  reused: 'taken over from an earlier run',
  merged: 'merged with others',
  global: 'answered by the model without partition',
  skipped: 'skipped, without an answer',
  failed: 'failed, without an answer',
};

/** `12 partitions skipped, without an answer`. */
export function statusText(status: PartitionStatus): string {
  return STATUSES[status];
}

export function reasonText(reason: string): string {
  return REASONS[reason as PartitionReason] ?? reason.replaceAll('_', ' ');
}

export function answerOf({ status, verdict, reason, blend }: Ended): Answer {
  const because = reason === null || reason === undefined ? '' : reasonText(reason);
  switch (status) {
    case 'failed':
      return { who: 'nobody', why: `failed: ${because}` };
    case 'skipped':
      return { who: 'nobody', why: `skipped: ${because}` };
    case 'global':
      return { who: verdict === 'parent' ? 'parent' : 'global', why: because };
    case 'merged':
      return {
        who: whoAbove(verdict) ?? 'union',
        why: `merged: ${because}`,
      };
    case 'trained':
    case 'reused':
      if (verdict === 'blend')
        return {
          who: 'blend',
          why: [because, blendText(blend?.parts ?? [])].filter(Boolean).join(': '),
        };
      return because === ''
        ? answerByVerdict(verdict)
        : { who: answerByVerdict(verdict).who, why: because };
  }
}

/** Who answers instead of an own model; null: nobody does. */
function whoAbove(verdict: Verdict | null): 'parent' | 'global' | null {
  if (verdict === 'parent') return 'parent';
  return verdict === 'global' || verdict === 'tie' ? 'global' : null;
}

function answerByVerdict(verdict: Verdict | null): Answer {
  if (verdict === 'parent') return { who: 'parent', why: '' };
  if (verdict === 'global') return { who: 'global', why: 'clearly better' };
  if (verdict === 'tie') return { who: 'global', why: 'no clear difference' };
  return { who: 'own', why: verdict === null ? '' : 'clearly better' };
}

/** `own, clearly better`. */
export function answerText(ended: Ended): string {
  const { who, why } = answerOf(ended);
  return why === '' ? who : `${who}, ${why}`;
}

/** Who is clearly better, by the rows of the partition itself. */
export function decidedSide({
  verdict,
  reason,
}: Pick<Ended, 'verdict' | 'reason'>): 'own' | 'global' | 'tie' {
  if (reason === 'pooled_evidence') return 'tie';
  return verdict === 'own' || verdict === 'global' ? verdict : 'tie';
}
