import { matrixColumn } from '../../frame/frame.ts';
import { mean } from '../statistics.ts';
import type { Ranking } from './selection-data.ts';
import { meanProduct, standardised } from './standardise.ts';

/** F of a one-way analysis of variance by class, or of a linear regression on the column; NaN for a constant. */
export const rankByAnova: Ranking = ({ columns, x, target }) =>
  Float64Array.from(columns, (_, i) => {
    const values = matrixColumn(x, i);
    return target.kind === 'classes'
      ? oneWayF(values, target.codes, target.classes.length)
      : regressionF(values, target.values);
  });

/** (between groups ÷ (k − 1)) ÷ (within groups ÷ (n − k)), over the k groups that have rows. */
export function oneWayF(values: Float64Array, groups: Int32Array, groupCount: number): number {
  const counts = new Float64Array(groupCount);
  const means = new Float64Array(groupCount);
  values.forEach((value, i) => {
    const group = groups[i] as number;
    counts[group] = (counts[group] as number) + 1;
    const before = means[group] as number;
    means[group] = before + (value - before) / (counts[group] as number);
  });
  const centre = mean(values);
  let [between, within, present] = [0, 0, 0];
  for (let group = 0; group < groupCount; group++) {
    if (counts[group] === 0) continue;
    present++;
    between += (counts[group] as number) * ((means[group] as number) - centre) ** 2;
  }
  values.forEach((value, i) => {
    within += (value - (means[groups[i] as number] as number)) ** 2;
  });
  return between / (present - 1) / (within / (values.length - present));
}

/** r² · (n − 2) ÷ (1 − r²). */
export function regressionF(values: Float64Array, target: Float64Array): number {
  const [x, y] = [standardised(values), standardised(target)];
  if (x === undefined || y === undefined) return Number.NaN;
  const explained = meanProduct(x, y) ** 2;
  return (explained * (values.length - 2)) / Math.max(0, 1 - explained);
}
