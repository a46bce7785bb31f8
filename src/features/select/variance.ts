import { matrixColumn } from '../../frame/frame.ts';
import { variance } from '../statistics.ts';
import type { Judgement } from './selection-data.ts';

/** Drops columns whose variance (÷ n) is not above the threshold: by default, constants. */
export const judgeVariance: Judgement = ({ columns, x }, threshold) =>
  columns.map((_, i) => {
    const score = variance(matrixColumn(x, i));
    if (score > threshold) return { score };
    return { score, dropped: `variance ${shown(score)} is not above ${threshold}` };
  });

function shown(value: number): string {
  return String(Number(value.toPrecision(3)));
}
