import { type Column, type Frame, requireColumn } from '../../frame/frame.ts';
import type { EngineerStep } from '../../spec/features.ts';
import { slideMedianInto } from './rolling-median.ts';
import { ANY_KIND, NUMBERS, numberColumn, numberShapes, type Segment, type Step } from './step.ts';

type RollingOptions = Extract<EngineerStep, { rolling: unknown }>['rolling'];
type Statistic = RollingOptions['stat'];
/** Over rows `from` to `to`, `to` excluded; missing values are left out, and NaN = nothing to say. */
type WindowStatistic = (values: Float64Array, from: number, to: number) => number;
type Slide = (values: Float64Array, window: number, segment: Segment, out: Float64Array) => void;

/**
 * `<column>_<stat>_<window>`: a statistic over the last `window` rows of the partition, the current one included (the
 * target is no column for it; its lag is). Fewer rows at the start. Cost: rows × window, so that a value depends on its
 * window alone and not on what passed before; the median keeps a sorted window.
 */
export function rolling(options: RollingOptions): Step {
  const { column, window, stat } = options;
  const name = options.name ?? `${column}_${stat}_${window}`;
  return {
    inputs: [{ name: column, kinds: stat === 'count' ? ANY_KIND : NUMBERS }],
    outputs: () => numberShapes([name]),
    compute: (frame, { segments }) => {
      const values = valuesOrMissing(frame, column);
      const rolled = new Float64Array(frame.rowCount);
      for (const segment of segments) SLIDES[stat](values, window, segment, rolled);
      return [numberColumn(name, rolled)];
    },
  };
}

/** Text has no numbers: its codes stand in, with NaN for missing, which is all that `count` looks at. */
function valuesOrMissing(frame: Frame, name: string): Float64Array {
  const column: Column = requireColumn(frame, name);
  switch (column.kind) {
    case 'number':
      return column.values;
    case 'time':
      return column.micros;
    case 'category':
      return Float64Array.from(column.codes, (code) => (code < 0 ? Number.NaN : code));
  }
}

function slideBy(statistic: WindowStatistic): Slide {
  return (values, window, { start, end }, out) => {
    for (let row = start; row < end; row++)
      out[row] = statistic(values, Math.max(start, row + 1 - window), row + 1);
  };
}

const count: WindowStatistic = (values, from, to) => {
  let present = 0;
  for (let i = from; i < to; i++) if (!Number.isNaN(values[i])) present++;
  return present;
};

const sum: WindowStatistic = (values, from, to) => {
  let total = Number.NaN;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    if (!Number.isNaN(value)) total = Number.isNaN(total) ? value : total + value;
  }
  return total;
};

const mean: WindowStatistic = (values, from, to) => sum(values, from, to) / count(values, from, to);

/** Of a sample (n − 1); missing under two values. Two passes, against cancellation. */
const std: WindowStatistic = (values, from, to) => {
  const present = count(values, from, to);
  if (present < 2) return Number.NaN;
  const centre = sum(values, from, to) / present;
  let squares = 0;
  for (let i = from; i < to; i++) {
    const deviation = (values[i] as number) - centre;
    if (!Number.isNaN(deviation)) squares += deviation * deviation;
  }
  return Math.sqrt(squares / (present - 1));
};

const min: WindowStatistic = (values, from, to) => {
  let least = Number.POSITIVE_INFINITY;
  for (let i = from; i < to; i++) if ((values[i] as number) < least) least = values[i] as number;
  return least;
};

const max: WindowStatistic = (values, from, to) => {
  let most = Number.NEGATIVE_INFINITY;
  for (let i = from; i < to; i++) if ((values[i] as number) > most) most = values[i] as number;
  return most;
};

const SLIDES: { readonly [stat in Statistic]: Slide } = {
  count: slideBy(count),
  sum: slideBy(sum),
  mean: slideBy(mean),
  std: slideBy(std),
  min: slideBy(min),
  max: slideBy(max),
  median: slideMedianInto,
};
