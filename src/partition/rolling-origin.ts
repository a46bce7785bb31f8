import { type Column, type Frame, type RowRange, takeRows } from '../frame/frame.ts';
import { type Forecast, lagName } from '../spec/forecast.ts';

/** What a recursive forecast needs of rows that are held out. */
export type RollingOrigin = {
  /** With the columns that its model reads, those of earlier targets included. */
  readonly frame: Frame;
  /** Series after series; none looks back on another. */
  readonly members: readonly RowRange[];
  readonly target: string;
  readonly forecast: Pick<Forecast, 'horizon' | 'lags'>;
};

/**
 * Rolling-origin backtest of a recursive model: held-out rows of a series are cut into blocks of `horizon` rows, the row
 * before a block is its origin, and in a block every value of the target after the origin is a prediction. In the order of
 * `rows`, which ascend. All blocks go forward together, so the cost is that of predicting every row once.
 */
export function forecastRows(
  { frame, members, target, forecast: { horizon, lags } }: RollingOrigin,
  rows: Int32Array,
  predict: (part: Frame) => Float64Array,
): Float64Array {
  const predicted = new Float64Array(frame.rowCount).fill(Number.NaN);
  const spans = heldOutSpans(members, rows);
  for (let step = 0; step < horizon; step++) {
    const now = rowsAtStep(spans, step, horizon);
    if (now.length === 0) break;
    const isAfterOrigin = lags.filter((lag) => lag <= step);
    const part = withPredicted(takeRows(frame, now), isAfterOrigin, target, (row, lag) => {
      return predicted[(now[row] as number) - lag] as number;
    });
    predict(part).forEach((value, i) => {
      predicted[now[i] as number] = value;
    });
  }
  return Float64Array.from(rows, (row) => predicted[row] as number);
}

/**
 * The same of a direct model: in a block of `horizon` rows each is predicted as its step, from 0, is: by what was known before the block
 * began. In the order of `rows`, which ascend.
 */
export function forecastSteps(
  { members, horizon }: Pick<RollingOrigin, 'members'> & { readonly horizon: number },
  rows: Int32Array,
  predict: (some: Int32Array, step: number) => Float64Array,
): Float64Array {
  const predicted = new Map<number, number>();
  const spans = heldOutSpans(members, rows);
  for (let step = 0; step < horizon; step++) {
    const now = rowsAtStep(spans, step, horizon);
    if (now.length === 0) break;
    const values = predict(now, step);
    now.forEach((row, i) => {
      predicted.set(row, values[i] as number);
    });
  }
  return Float64Array.from(rows, (row) => predicted.get(row) as number);
}

/** From the first held-out row of each series to its last: rows between them that nobody scores are steps as well. */
function heldOutSpans(members: readonly RowRange[], rows: Int32Array): readonly RowRange[] {
  const spans: RowRange[] = [];
  let at = 0;
  for (const { start, count } of members) {
    const first = at;
    while (at < rows.length && (rows[at] as number) < start + count) at++;
    if (at === first) continue;
    const begin = rows[first] as number;
    spans.push({ start: begin, count: (rows[at - 1] as number) - begin + 1 });
  }
  return spans;
}

function rowsAtStep(spans: readonly RowRange[], step: number, horizon: number): Int32Array {
  const rows: number[] = [];
  for (const { start, count } of spans)
    for (let offset = step; offset < count; offset += horizon) rows.push(start + offset);
  return Int32Array.from(rows);
}

function withPredicted(
  part: Frame,
  lags: readonly number[],
  target: string,
  valueOf: (row: number, lag: number) => number,
): Frame {
  const lagOf = new Map(lags.map((lag) => [lagName(target, lag), lag]));
  const columns = part.columns.map((column): Column => {
    const lag = lagOf.get(column.name);
    if (lag === undefined || column.kind !== 'number') return column;
    return { ...column, values: column.values.map((_, row) => valueOf(row, lag)) };
  });
  return { rowCount: part.rowCount, columns };
}
