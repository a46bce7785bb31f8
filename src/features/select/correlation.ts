import { matrixColumn } from '../../frame/frame.ts';
import type { Judgement } from './selection-data.ts';
import { meanProduct, standardised } from './standardise.ts';

/**
 * Drops a column of numbers whose |Pearson correlation| with an earlier kept one is above the threshold: of a pair, the
 * first in column order stays. Codes of text have no correlation worth the name: text stays. O(columns² · rows).
 */
export const judgeCorrelation: Judgement = ({ columns, x, isText }, threshold) => {
  const kept: { readonly name: string; readonly values: Float64Array }[] = [];
  return columns.map((name, i) => {
    const values = isText[i] ? undefined : standardised(matrixColumn(x, i));
    if (values === undefined) return { score: 0 };
    let [score, partner] = [0, ''];
    for (const other of kept) {
      const correlation = Math.abs(meanProduct(values, other.values));
      if (correlation > score) [score, partner] = [correlation, other.name];
    }
    if (score > threshold)
      return {
        score,
        dropped: `correlates ${score.toFixed(3)} with ${partner}, above ${threshold}`,
      };
    kept.push({ name, values });
    return { score };
  });
};
