import { type Column, type Frame, requireColumn } from '../../frame/frame.ts';
import { lagName } from '../../spec/forecast.ts';
import { ANY_KIND, type Segment, type Step } from './step.ts';

/** `<column>_lag_<k>`: the value k rows earlier in the same partition, of the column's own kind; missing in its first k rows. */
export function lag(options: {
  readonly columns: readonly string[];
  readonly steps: readonly number[];
}): Step {
  const lags = options.columns.flatMap((column) =>
    options.steps.map((step) => ({ column, step, name: lagName(column, step) })),
  );
  return {
    inputs: options.columns.map((name) => ({ name, kinds: ANY_KIND })),
    outputs: (kindOf) => lags.map(({ column, name }) => ({ name, kind: kindOf(column) })),
    compute: (frame, { segments }) =>
      lags.map(({ column, step, name }) => lagged(frame, column, { step, name, segments })),
  };
}

type Lag = { readonly step: number; readonly name: string; readonly segments: readonly Segment[] };

function lagged(frame: Frame, name: string, lag: Lag): Column {
  const column = requireColumn(frame, name);
  switch (column.kind) {
    case 'number':
      return { ...column, name: lag.name, values: earlierNumbers(column.values, lag) };
    case 'time':
      return { ...column, name: lag.name, micros: earlierNumbers(column.micros, lag) };
    case 'category': {
      const codes = new Int32Array(frame.rowCount).fill(-1);
      for (const { start, end } of lag.segments)
        if (end - start > lag.step)
          codes.set(column.codes.subarray(start, end - lag.step), start + lag.step);
      return { ...column, name: lag.name, codes };
    }
  }
}

/** The value `step` rows earlier in the same segment; NaN where there is none. */
export function earlierNumbers(
  values: Float64Array,
  { step, segments }: { readonly step: number; readonly segments: readonly Segment[] },
): Float64Array {
  const earlier = new Float64Array(values.length).fill(Number.NaN);
  for (const { start, end } of segments)
    if (end - start > step) earlier.set(values.subarray(start, end - step), start + step);
  return earlier;
}
