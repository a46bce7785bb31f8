import { answerText } from '../../../../report/answer.ts';
import { countedText, countText } from '../../../../report/number-text.ts';
import type { PartitionCell, RunChanges } from '../../api/answers.ts';

type Partitions = RunChanges['partitions'];

/** Where two runs were made of the same; `isRead`: they have read their rows. */
export function sameText({ both, sameModel }: Partitions, isRead: boolean): string {
  if (!isRead) return 'Nothing: the same spec and the same code. Neither has read its rows.';
  const made = 'Nothing: the same rows, the same spec and the same code.';
  return both > 0 && both === sameModel ? `${made} That gives equal models, byte for byte.` : made;
}

/** On how many partitions two runs agree; of models only where there are any. */
export function agreementText(partitions: Partitions): string {
  const { both, onlyA, onlyB, withModel, changedRows, sameModel, otherVerdict } = partitions;
  const of = [
    ...(withModel === 0 ? [] : [`${countText(sameModel)} with the same model of its own`]),
    ...(changedRows === 0 ? [] : [`${countText(changedRows)} with other rows`]),
    ...(otherVerdict === 0 ? [] : [`${countText(otherVerdict)} answered by another`]),
  ];
  const shared = `${countedText(both, 'partition')} in both`;
  return [
    `${of.length === 0 ? shared : `${shared}: ${of.join(', ')}`}.`,
    ...(onlyA === 0 ? [] : [`${countText(onlyA)} only in A.`]),
    ...(onlyB === 0 ? [] : [`${countText(onlyB)} only in B.`]),
  ].join(' ');
}

/** Who answers for a partition, and which algorithm its own model has. */
export function whoText({
  state,
  verdict,
  reason,
  algorithm,
}: Pick<PartitionCell, 'state' | 'verdict' | 'reason' | 'algorithm'>): string {
  if (state === 'waiting') return 'not reached';
  const model = algorithm === null ? '' : ` (${algorithm})`;
  return `${answerText({ status: state, verdict, reason })}${model}`;
}
