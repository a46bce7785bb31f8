import type { ResolvedSpec } from './resolve-defaults.ts';
import type { Finding } from './schema-problems.ts';

/** Quantiles and prediction intervals are of numbers, and an interval stands around the middle. */
export function checkIntervals({ target, intervals, metric }: ResolvedSpec): readonly Finding[] {
  const finding = (path: Finding['path'], message: string): readonly Finding[] => [
    { path, part: 'value', message },
  ];
  const { quantile } = target;
  if (target.task === 'classification') {
    if (intervals !== undefined)
      return finding(
        ['intervals'],
        'A class has no interval: its probabilities say how sure a model is, and `probabilities.calibrate` corrects them. Remove it.',
      );
    if (quantile !== undefined)
      return finding(['target', 'quantile'], 'Classes have no quantiles. Remove it.');
    return [];
  }
  if (quantile === undefined) return [];
  if (intervals !== undefined)
    return finding(
      ['intervals'],
      `An interval stands around the middle, and the models predict the quantile ${quantile}. Remove \`target.quantile\`, or \`intervals\`.`,
    );
  if (metric === 'pinball') return [];
  return finding(
    ['metric'],
    `\`${metric}\` is best in the middle, not at the quantile ${quantile}. Use \`pinball\`, or remove \`target.quantile\`.`,
  );
}
