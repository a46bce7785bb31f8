import { Failure } from '../domain/failure.ts';
import { isLowerBetter } from '../domain/metric.ts';
import { type Adjustment, adjust } from '../estimators/adjustment.ts';
import { positiveCode } from '../estimators/metrics/scored-rows.ts';
import { pollOf } from '../estimators/polling.ts';
import { predictMatrix } from '../estimators/predict-matrix.ts';
import { score } from '../estimators/score.ts';
import { partsOf } from '../features/handle/handling.ts';
import { seededOrder, seededSample } from '../features/seeded-order.ts';
import { type Column, type Frame, takeRows } from '../frame/frame.ts';
import type { Spec } from '../spec/spec.ts';
import type { FittedCandidate } from './fit-candidate.ts';
import type { Explanation, PartialDependence } from './train-facts.ts';
import type { TrainingData } from './training-data.ts';
import { scoredRows } from './truth.ts';

/** More rows than these tell nothing more: of holdout rows for importance, of those for partial dependence. */
const MOST_ROWS = 2000;
const DEPENDENCE_ROWS = 300;
/** Rows × columns × repeats that are predicted for importance, but for the fewest rows that tell something. */
const MOST_PREDICTIONS = 1_000_000;
const FEWEST_ROWS = 200;
/** Values of a column that its curve goes through. */
const GRID = 16;
/** Of more classes there is no curve. */
const MOST_CLASSES = 8;

type Explained = Pick<FittedCandidate, 'handling' | 'model'> & {
  readonly adjustments: readonly Adjustment[];
};

/**
 * What a model looks at, measured on holdout rows that it has not seen: per column that it takes (an engineered one by
 * itself) how much the metric loses when the column's values are dealt anew among the rows (Breiman 2001), and for the
 * columns that matter most how the prediction moves with the value, all else as it is (Friedman 2001). `undefined` where
 * the spec asks for none of it, no holdout row has a score, or rows so changed have a prediction that is no number. Of a
 * forecast, recursive or direct, it is the step to the next row that is explained. Cost: columns × repeats predictions of the rows, which
 * are a sample where they are many.
 */
export function explain(
  data: TrainingData,
  explained: Explained,
  holdoutRows: Int32Array,
): Explanation | undefined {
  const { explain: asked } = data.args.spec;
  if (asked === undefined || holdoutRows.length === 0) return undefined;
  try {
    return measured({ data, explained: toNextRow(explained) }, asked, holdoutRows);
  } catch (error) {
    // What such rows are told is no reason to give up the model.
    if (error instanceof Failure && error.kind === 'invalid-data') return undefined;
    throw error;
  }
}

/** Of a direct forecast, the model of the next row: the steps have columns of their own. */
function toNextRow(explained: Explained): Explained {
  const [next] = explained.model.steps?.() ?? [];
  if (next === undefined) return explained;
  return { ...explained, model: next.model, handling: partsOf(explained.handling, next.parts) };
}

type Asked = NonNullable<Spec['explain']>;
type Site = { readonly data: TrainingData; readonly explained: Explained };

function measured(site: Site, asked: Asked, holdoutRows: Int32Array): Explanation | undefined {
  const { data, explained } = site;
  const { columns } = explained.handling;
  const size = explainedRows(columns.length, asked.repeats);
  const rows = seededSample(holdoutRows, size, seedOf(data, 'rows'));
  const frame = takeRows(onlyColumns(data.frame, columns), rows);
  const importance = importanceOn(site, frame, rows);
  if (importance === undefined) return undefined;
  const few = takeRows(
    frame,
    seededSample(everyRow(frame), DEPENDENCE_ROWS, seedOf(data, 'dependence')),
  );
  const poll = pollOf(data.stop);
  const dependence = importance.slice(0, asked.partial_dependence).flatMap(({ column }) => {
    poll();
    return dependenceOn(column, frame, few, site) ?? [];
  });
  return { rows: rows.length, repeats: asked.repeats, importance, dependence };
}

/** The most holdout rows that importance is measured on, so that a wide table takes no longer than a narrow one. */
export function explainedRows(columns: number, repeats: number): number {
  const affordable = Math.floor(MOST_PREDICTIONS / Math.max(1, columns * repeats));
  return Math.min(MOST_ROWS, Math.max(FEWEST_ROWS, affordable));
}

function seedOf(data: TrainingData, ...use: readonly string[]): bigint {
  return data.seed('explain', 'final', ...use);
}

/** The most important first, equal ones in the order of the columns; undefined where the rows have no score. */
function importanceOn(
  { data, explained }: Site,
  frame: Frame,
  rows: Int32Array,
): Explanation['importance'] | undefined {
  const { metric, explain: asked } = data.args.spec;
  const poll = pollOf(data.stop);
  const scoreOf = (changed: Frame): number | null =>
    score(metric, scoredRows(data.truth, rows, predict(data, explained, changed))).value;
  const whole = scoreOf(frame);
  if (whole === null) return undefined;
  const importance = explained.handling.columns.map((column) => {
    const losses = Array.from({ length: asked?.repeats ?? 0 }, (_, repeat) => {
      poll();
      const order = seededOrder(everyRow(frame), seedOf(data, 'order', column, String(repeat)));
      const changed = scoreOf(replaced(frame, column, (one) => takeColumn(one, order)));
      return lossOf(whole, changed ?? whole, isLowerBetter(metric));
    });
    return { column, ...meanAndDeviation(losses) };
  });
  return importance.sort((a, b) => b.loss - a.loss);
}

function predict(data: TrainingData, { handling, model, adjustments }: Explained, frame: Frame) {
  const classCount = data.args.classes.length;
  return adjust(
    adjustments,
    predictMatrix(model, handling.transform(frame), classCount, data.stop),
    classCount,
  );
}

/** Mean predictions with the column set to one value after the other; null where there are too many classes to show. */
function dependenceOn(
  name: string,
  frame: Frame,
  few: Frame,
  { data, explained }: Site,
): PartialDependence | null {
  const { classes } = data.args;
  const outputs = shownOutputs(data);
  if (outputs.length > MOST_CLASSES) return null;
  const column = frame.columns.find((one) => one.name === name);
  if (column === undefined || column.kind === 'time') return null;
  const width = Math.max(1, classes.length);
  const points = gridOf(column).map(({ at, value }) => {
    const filled = replaced(few, name, (one) => filledWith(one, value));
    const predicted = predict(data, explained, filled);
    return { at, outputs: outputs.map((output) => meanOf(predicted, output, width)) };
  });
  return {
    column: name,
    kind: column.kind,
    outputs: outputs.map((output) => classes[output] ?? null),
    points,
  };
}

/** The positive class alone where there are two, else every class; of a number its only output. */
function shownOutputs({ args: { classes, spec } }: TrainingData): readonly number[] {
  if (classes.length === 0) return [0];
  if (classes.length > 2) return [...classes.keys()];
  return [positiveCode({ classes, positive: spec.target.positive }) ?? 0];
}

type GridPoint = { readonly at: number | string | null; readonly value: number };

/** Evenly spaced ranks of the numbers, or the most frequent texts, missing included; by their size or frequency. */
function gridOf(column: Exclude<Column, { kind: 'time' }>): readonly GridPoint[] {
  if (column.kind === 'number') {
    const known = column.values.filter((value) => !Number.isNaN(value)).sort();
    const places = Array.from({ length: GRID }, (_, i) =>
      Math.round((i / (GRID - 1)) * (known.length - 1)),
    );
    const values = known.length === 0 ? [] : places.map((place) => known[place] as number);
    return [...new Set(values)].map((value) => ({ at: value, value }));
  }
  const counts = new Map<number, number>();
  for (const code of column.codes) counts.set(code, (counts.get(code) ?? 0) + 1);
  return [...counts]
    .sort(([a, most], [b, more]) => more - most || a - b)
    .slice(0, GRID)
    .map(([code]) => ({ at: column.levels[code] ?? null, value: code }));
}

function onlyColumns(frame: Frame, names: readonly string[]): Frame {
  return { ...frame, columns: frame.columns.filter(({ name }) => names.includes(name)) };
}

function replaced(frame: Frame, name: string, change: (column: Column) => Column): Frame {
  const columns = frame.columns.map((column) => (column.name === name ? change(column) : column));
  return { ...frame, columns };
}

function takeColumn(column: Column, order: Int32Array): Column {
  return takeRows({ rowCount: order.length, columns: [column] }, order).columns[0] as Column;
}

function filledWith(column: Column, value: number): Column {
  switch (column.kind) {
    case 'number':
      return { ...column, values: column.values.map(() => value) };
    case 'category':
      return { ...column, codes: column.codes.map(() => value) };
    case 'time':
      return column;
  }
}

function everyRow({ rowCount }: Frame): Int32Array {
  return Int32Array.from({ length: rowCount }, (_, row) => row);
}

function lossOf(whole: number, changed: number, lowerIsBetter: boolean): number {
  return lowerIsBetter ? changed - whole : whole - changed;
}

function meanOf(predicted: Float64Array, output: number, width: number): number {
  let sum = 0;
  for (let i = output; i < predicted.length; i += width) sum += predicted[i] as number;
  return sum / (predicted.length / width);
}

function meanAndDeviation(losses: readonly number[]) {
  const loss = losses.reduce((sum, one) => sum + one, 0) / losses.length;
  const squares = losses.reduce((sum, one) => sum + (one - loss) ** 2, 0);
  return { loss, deviation: Math.sqrt(squares / Math.max(1, losses.length - 1)) };
}
