import type { PartitionReason, PartitionStatus } from '../../domain/run.ts';
import type { PartitionRow } from '../facts.ts';
import { type Html, html } from './html.ts';

const REASONS: { readonly [reason in PartitionReason]: string } = {
  too_small: 'too small',
  single_class: 'only one class',
  constant_target: 'the target never changes',
  no_target: 'the target is always missing',
  timeout: 'out of time',
  out_of_memory: 'out of memory',
  thread_died: 'its thread died',
  every_candidate_failed: 'every candidate failed',
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

export function statusText(status: PartitionStatus): string {
  return STATUSES[status];
}

/** A stored reason in words. */
export function reasonText(reason: string): string {
  return REASONS[reason as PartitionReason] ?? reason.replaceAll('_', ' ');
}

/** Who answers for a partition, and why. */
export function answerTag({ status, verdict, reason }: PartitionRow): Html {
  const why = reason === null ? '' : reasonText(reason);
  if (status === 'failed') return tag('bad', 'nobody', `failed: ${why}`);
  if (status === 'skipped') return tag('bad', 'nobody', why);
  if (status === 'merged') return tag('own', 'merged', why);
  if (status === 'global') return tag('global', 'global', why);
  if (verdict === 'global') return tag('global', 'global', 'clearly better');
  if (verdict === 'tie') return tag('global', 'global', 'no clear difference');
  return tag('own', 'own', verdict === null ? '' : 'clearly better');
}

function tag(side: 'own' | 'global' | 'bad', who: string, why: string): Html {
  return html`<span class="tag ${side}">${who}</span><div class="small soft">${why}</div>`;
}
