import type { ReportFacts } from './facts.ts';
import { countedText, countText } from './number-text.ts';

/** Whether the division pays, in one sentence. */
export function verdictText({
  verdicts,
  global,
}: Pick<ReportFacts, 'verdicts' | 'global'>): string {
  const { own, tie } = verdicts;
  const compared = own + tie + verdicts.global;
  if (compared === 0)
    return global === null
      ? 'There is no model without partition to compare with.'
      : 'No partition could be compared with the model without partition.';
  const rest =
    verdicts.global === 0
      ? 'there is no clear difference to the model without partition'
      : 'the model without partition does as well or better';
  if (own === 0) return `No partition is shown to need a model of its own: ${rest}.`;
  if (own === compared && own > 1)
    return `All ${countText(own)} partitions are clearly better off with a model of their own.`;
  if (own === 1)
    return `One of ${countedText(compared, 'partition')} is clearly better off with a model of its own${compared === 1 ? '' : `; elsewhere ${rest}`}.`;
  return `${countText(own)} of ${countText(compared)} partitions are clearly better off with a model of their own; elsewhere ${rest}.`;
}
