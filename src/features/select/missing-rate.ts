import type { Judgement } from './selection-data.ts';

/** Drops columns without a value in more than the threshold's share of the training rows. */
export const judgeMissingRate: Judgement = ({ missingShares }, threshold) =>
  missingShares.map((score) => {
    if (score <= threshold) return { score };
    return {
      score,
      dropped: `missing in ${percent(score)} of the training rows, more than ${percent(threshold)}`,
    };
  });

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
