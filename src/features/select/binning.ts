import type { Target } from '../../estimators/estimator.ts';
import { matrixColumn } from '../../frame/frame.ts';
import { quantile } from '../statistics.ts';
import type { SelectionData } from './selection-data.ts';

/** Numbers with more distinct values than this are cut into as many bins. */
const BINS = 10;

export type Bins = { readonly codes: Int32Array; readonly count: number };

/** Text by level, numbers by distinct value or, where these are many, by ten bins of about equal row counts. */
export function binnedColumn({ x, isText }: SelectionData, column: number): Bins {
  return bins(matrixColumn(x, column), isText[column] ? Number.POSITIVE_INFINITY : BINS);
}

export function binnedTarget(target: Target): Bins {
  return target.kind === 'classes'
    ? { codes: target.codes, count: target.classes.length }
    : bins(target.values, BINS);
}

/** Equal values always share a bin. */
function bins(values: Float64Array, most: number): Bins {
  const sorted = values.slice().sort();
  const starts = firstDistinct(sorted, most) ?? quantileStarts(sorted, most);
  const codes = new Int32Array(values.length);
  for (let i = 0; i < values.length; i++) codes[i] = lastStart(starts, values[i] as number);
  return { codes, count: starts.length };
}

/** The distinct values, ascending; undefined where there are more than `most`. */
function firstDistinct(sorted: Float64Array, most: number): readonly number[] | undefined {
  const distinct: number[] = [];
  for (let i = 0; i < sorted.length; i++) {
    if (i > 0 && sorted[i] === sorted[i - 1]) continue;
    if (distinct.length === most) return undefined;
    distinct.push(sorted[i] as number);
  }
  return distinct;
}

function quantileStarts(sorted: Float64Array, count: number): readonly number[] {
  const starts = Array.from({ length: count }, (_, i) => quantile(sorted, i / count));
  return starts.filter((start, i) => i === 0 || start !== starts[i - 1]);
}

/** Index of the last of the ascending starts that is not above `value`; the first start is the least value. */
function lastStart(starts: readonly number[], value: number): number {
  let [low, high] = [0, starts.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] as number) <= value) low = middle;
    else high = middle;
  }
  return low;
}
