import type { ReportFacts } from './facts.ts';
import { countedText, countText } from './number-text.ts';
import { togetherText } from './together-text.ts';

/** Whether the division pays, in one sentence. */
export function verdictText(facts: Pick<ReportFacts, 'verdicts' | 'global' | 'blended'>): string {
  const { blended = 0 } = facts;
  if (blended === 0) return comparedText(facts);
  const are = blended === 1 ? 'partition is' : 'partitions are';
  return `${comparedText(facts)} ${countText(blended)} small ${are} answered by both together.`;
}

/** What all partitions say together, in another; null where they are few. */
export function togetherVerdict({
  totals: { comparison },
  verdicts: { tie, parent, pooled = 0 },
}: Pick<ReportFacts, 'totals' | 'verdicts'>): string | null {
  if (comparison === undefined) return null;
  // Against parents it is another difference that is open.
  const counts = parent === undefined ? { open: tie + pooled, pooled } : { open: 0, pooled: 0 };
  return togetherText({ comparison, ...counts });
}

function comparedText({ verdicts, global }: Pick<ReportFacts, 'verdicts' | 'global'>): string {
  const { own, tie, parent = 0, pooled = 0 } = verdicts;
  const compared = own + tie + verdicts.global + parent + pooled;
  if (compared === 0)
    return global === null
      ? 'There is no model without partition to compare with.'
      : 'No partition could be compared with the model without partition.';
  const rest = restText(verdicts);
  if (own === 0) return `No partition is shown to need a model of its own: ${rest}.`;
  if (own === compared && own > 1)
    return `All ${countText(own)} partitions are clearly better off with a model of their own.`;
  if (own === 1)
    return `One of ${countedText(compared, 'partition')} is clearly better off with a model of its own${compared === 1 ? '' : `; elsewhere ${rest}`}.`;
  return `${countText(own)} of ${countText(compared)} partitions are clearly better off with a model of their own; elsewhere ${rest}.`;
}

/** Where own models are not shown to be better. */
function restText({ tie, global, parent = 0 }: ReportFacts['verdicts']): string {
  if (parent > 0)
    return tie + global === 0
      ? 'a model of several partitions together does as well or better'
      : 'a model of several partitions together, or the one without partition, does as well or better';
  return global === 0
    ? 'there is no clear difference to the model without partition'
    : 'the model without partition does as well or better';
}
