import { z } from 'zod';
import { type Matrix, matrixColumn } from '../frame/frame.ts';
import type { Estimator, Model, Target } from './estimator.ts';
import { ModelReader, ModelWriter } from './model-bytes.ts';
import { pollOf } from './polling.ts';
import { weightedMean } from './target-scale.ts';
import { weighedRows } from './training-rows.ts';

const FORMAT = 1;
const NO_COLUMN = 0xffff_ffff;

const parameters = z.strictObject({
  column: z
    .string()
    .nullable()
    .default(null)
    .describe('The earlier value; a forecast fills it in. Null: the mean of the target.'),
});

/** prediction = value of one column + change; `mean` where that value is missing. */
type Carried = { readonly place: number | null; readonly change: number; readonly mean: number };

const common = {
  tasks: ['forecast'] as const,
  supports: {
    missing: true,
    weights: true,
    probabilities: false,
    importance: false,
    randomness: false,
    scaledInput: false,
  },
  parameters,
  space: {},
  numberColumns: (given: unknown) => {
    const { column } = parameters.parse(given);
    return column === null ? [] : [column];
  },
};

/** What was at the same place of the season before: the value of the lag of one season. */
export const seasonalNaive = Object.freeze<Estimator>({
  ...common,
  id: 'seasonal_naive',
  fit: (x, y, given, options) => fitCarried('seasonal_naive', { x, y, given, options }),
  load: (bytes) => loadCarried('seasonal_naive', bytes),
});

/** The last value and the mean change per row: the line from the first training value to the last, drawn on. */
export const drift = Object.freeze<Estimator>({
  ...common,
  id: 'drift',
  fit: (x, y, given, options) => fitCarried('drift', { x, y, given, options }),
  load: (bytes) => loadCarried('drift', bytes),
});

type Fit = {
  readonly x: Matrix;
  readonly y: Target;
  readonly given: unknown;
  readonly options: Parameters<Estimator['fit']>[3];
};

function fitCarried(algorithm: string, { x, y, given, options }: Fit): Model {
  pollOf(options.stop)();
  const { column } = parameters.parse(given);
  const rows = weighedRows(x, y, options.weights);
  if (rows.y.kind !== 'values') throw new RangeError(`${algorithm} predicts numbers.`);
  const { values } = rows.y;
  const place = column === null ? null : x.names.indexOf(column);
  if (place === -1) throw new RangeError(`There is no feature "${column}".`);
  const mean = weightedMean(values, rows.weights);
  const isDrift = algorithm === 'drift' && place !== null;
  const change = isDrift ? meanChange(values, matrixColumn(rows.x, place), rows.weights) : 0;
  return createModel(algorithm, { place, change, mean });
}

function meanChange(
  values: Float64Array,
  earlier: Float64Array,
  weights: Float64Array | undefined,
): number {
  const rows = Int32Array.from(earlier.keys()).filter((row) => !Number.isNaN(earlier[row]));
  if (rows.length === 0) return 0;
  const at = (of: Float64Array) => Float64Array.from(rows, (row) => of[row] as number);
  const before = at(earlier);
  const changes = at(values).map((value, i) => value - (before[i] as number));
  return weightedMean(changes, weights && at(weights));
}

function createModel(algorithm: string, { place, change, mean }: Carried): Model {
  return {
    algorithm,
    predict: (x) => {
      if (place === null) return new Float64Array(x.rowCount).fill(mean);
      return matrixColumn(x, place).map((value) => (Number.isNaN(value) ? mean : value + change));
    },
    toBytes: () => {
      const writer = new ModelWriter(algorithm, FORMAT);
      writer.integer(place ?? NO_COLUMN);
      writer.double(change);
      writer.double(mean);
      return writer.finish();
    },
    toJson: () => ({ algorithm, feature: place, change, mean }),
  };
}

function loadCarried(algorithm: string, bytes: Uint8Array): Model {
  const reader = new ModelReader(bytes, algorithm, FORMAT);
  const place = reader.integer();
  const [change, mean] = [reader.double(), reader.double()];
  reader.finish();
  return createModel(algorithm, { place: place === NO_COLUMN ? null : place, change, mean });
}
