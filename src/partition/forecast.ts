import { Failure } from '../domain/failure.ts';
import { predictMatrix } from '../estimators/predict-matrix.ts';
import { partsOf } from '../features/handle/handling.ts';
import { type Column, type Frame, requireColumn, takeRows } from '../frame/frame.ts';
import { durationMicros } from '../spec/duration.ts';
import type { EngineerStep } from '../spec/features.ts';
import { nextTimes } from './next-times.ts';
import type { PartitionData, PartitionResult } from './partition-function.ts';
import { engineeredRows, type Pipeline, predictRows } from './pipeline.ts';
import { loadPipeline } from './pipeline-bytes.ts';
import { predictionsToBytes } from './predictions.ts';
import type { ForecastArgs, ForecastFacts } from './score-facts.ts';

/**
 * The next `horizon` rows of one partition by the model in input `model`: its rows are the history, the rows after the last
 * known target value are the next ones where there are any. Blobs: `times` (µs UTC) and `predictions`, one double per
 * row. A history from which nothing can be forecast is no failure: there are no rows, and `because` says why.
 */
export function forecast(
  { frame, inputs }: PartitionData,
  args: ForecastArgs,
): PartitionResult<ForecastFacts> {
  const bytes = inputs.get('model');
  if (bytes === undefined) throw new RangeError('A forecast needs a model.');
  const pipeline = loadPipeline(bytes);
  const series = seriesOf(frame, pipeline, args);
  const isKnown = typeof series !== 'string';
  const times = isKnown ? series.times : new Float64Array(0);
  const values = isKnown ? predictNext(pipeline, series, args) : new Float64Array(0);
  pipeline.model.free?.();
  return {
    facts: { rows: times.length, because: isKnown ? null : series },
    blobs: new Map([
      ['times', predictionsToBytes({ values: times })],
      ['predictions', predictionsToBytes({ values })],
    ]),
  };
}

/** History and next rows in one frame. */
type Series = {
  readonly frame: Frame;
  /** Rows of the history in it. */
  readonly known: number;
  /** Of the next rows. */
  readonly times: Float64Array;
};

/** Why there is nothing to go on from, as a text. */
function seriesOf(
  whole: Frame,
  { contract: { target, steps } }: Pipeline,
  { forecast: asked, time }: ForecastArgs,
): Series | NonNullable<ForecastFacts['because']> {
  const timed = takeRows(whole, rowsWithTime(whole, time));
  const last = lastKnown(timed, target);
  if (last < 0) return 'no_history';
  const given = Math.min(asked.horizon, timed.rowCount - 1 - last);
  if (given === 0 && asked.known.length > 0) return 'no_next_rows';
  const first = Math.max(0, last + 1 - rowsLookedBack(steps));
  const history = microsOf(timed, time).subarray(0, last + 1);
  const times =
    given > 0
      ? microsOf(timed, time).slice(last + 1, last + 1 + given)
      : nextTimes(history, asked.horizon, asked.every ? durationMicros(asked.every) : null);
  if (times === null) return 'no_step';
  const known = last + 1 - first;
  const rows = Int32Array.from({ length: known + times.length }, (_, i) =>
    Math.min(first + i, last + given),
  );
  const frame = takeRows(timed, rows);
  return {
    frame: given > 0 ? frame : asNextRows(frame, known, { time, times, target }),
    known,
    times,
  };
}

/** Copies of the last row become the next ones: of a later time, the target not known, the key as it is. */
function asNextRows(
  frame: Frame,
  known: number,
  {
    time,
    times,
    target,
  }: { readonly time: string; readonly times: Float64Array; readonly target: string },
): Frame {
  const missing = new Float64Array(times.length).fill(Number.NaN);
  const columns = frame.columns.map((column): Column => {
    if (column.name === target) return withTail(column, known, missing);
    return column.name === time ? withTail(column, known, times) : column;
  });
  return { ...frame, columns };
}

function withTail(column: Column, from: number, tail: Float64Array): Column {
  const replaced = (values: Float64Array) => {
    const copy = values.slice();
    copy.set(tail, from);
    return copy;
  };
  switch (column.kind) {
    case 'number':
      return { ...column, values: replaced(column.values) };
    case 'time':
      return { ...column, micros: replaced(column.micros) };
    case 'category':
      return column;
  }
}

/** One row after the other where a row is made of those before it, else all at once. */
function predictNext(
  pipeline: Pipeline,
  { frame, known, times }: Series,
  { forecast: { strategy } }: ForecastArgs,
): Float64Array {
  const predictUpTo = (part: Frame) =>
    predictRows(pipeline, part, [{ start: 0, count: part.rowCount }]);
  if (strategy === 'direct') return predictSteps(pipeline, frame, known);
  const { target } = pipeline.contract;
  const values = new Float64Array(times.length);
  const column = requireColumn(frame, target);
  if (column.kind !== 'number') throw new RangeError(`"${target}" holds no numbers.`);
  const filled = column.values.slice();
  const columns = frame.columns.map((one) =>
    one.name === target ? { ...column, values: filled } : one,
  );
  for (let step = 0; step < times.length; step++) {
    const rows = Int32Array.from({ length: known + step + 1 }, (_, row) => row);
    const value = predictUpTo(takeRows({ ...frame, columns }, rows)).at(-1) as number;
    filled[known + step] = value;
    values[step] = value;
  }
  return values;
}

/** Every next row by the model of its step; by the one model that earlier versions trained for all of them. */
function predictSteps(pipeline: Pipeline, frame: Frame, known: number): Float64Array {
  const engineered = engineeredRows(pipeline, frame, [{ start: 0, count: frame.rowCount }]);
  const next = Int32Array.from({ length: frame.rowCount - known }, (_, i) => known + i);
  const { handling, model } = pipeline;
  const steps = model.steps?.();
  if (steps === undefined) return predictMatrix(model, handling.transform(engineered, next), 0);
  return Float64Array.from(next, (row, place) => {
    const step = steps[place];
    if (step === undefined) throw new RangeError(`The forecast has no step ${place}.`);
    const x = partsOf(handling, step.parts).transform(engineered, Int32Array.of(row));
    return predictMatrix(step.model, x, 0)[0] as number;
  });
}

/** As many rows as any feature of a row is made of. */
function rowsLookedBack(steps: readonly EngineerStep[]): number {
  const reach = steps.map((step) => {
    if ('lag' in step) return Math.max(...step.lag.steps);
    if ('rolling' in step) return step.rolling.window;
    return 'difference' in step ? step.difference.steps : 0;
  });
  return 1 + reach.reduce((sum, rows) => sum + rows, 0);
}

function rowsWithTime(frame: Frame, time: string): Int32Array {
  const micros = microsOf(frame, time);
  return Int32Array.from(micros.keys()).filter((row) => !Number.isNaN(micros[row]));
}

function lastKnown(frame: Frame, target: string): number {
  const column = frame.columns.find(({ name }) => name === target);
  if (column === undefined)
    throw new Failure(
      'invalid-data',
      `The data have no column "${target}": a forecast goes on from its last values.`,
    );
  return column.kind === 'number' ? column.values.findLastIndex((x) => !Number.isNaN(x)) : -1;
}

function microsOf(frame: Frame, time: string): Float64Array {
  const column = requireColumn(frame, time);
  if (column.kind === 'category') throw new RangeError(`"${time}" holds no times.`);
  return column.kind === 'time' ? column.micros : column.values;
}
