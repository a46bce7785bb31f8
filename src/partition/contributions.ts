import { likeliestCodes } from '../estimators/class-codes.ts';
import type { Contributions } from '../estimators/estimator.ts';
import { positiveCode } from '../estimators/metrics/scored-rows.ts';
import {
  type ContributionPart,
  gatherContributions,
  outputContributions,
} from '../estimators/output-contributions.ts';
import type { Frame } from '../frame/frame.ts';
import type { Pipeline } from './pipeline.ts';

/** A model of those that answer together, its share of the word, and the rows as it engineered them. */
export type ExplainedPart = {
  readonly pipeline: Pipeline;
  readonly weight: number;
  readonly engineered: Frame;
};

/**
 * What each column that the models take adds to the prediction of each row: base + Σ shares = what is explained, on the
 * scale that is named, before the spec's `probabilities` change it.
 */
export type RowContributions = {
  readonly scale: Contributions['scale'];
  readonly columns: readonly string[];
  /** Per row; NaN where the model knows nothing of the class. */
  readonly base: Float64Array;
  /** rows × columns, row-major. */
  readonly shares: Float64Array;
};

/**
 * The class whose probability, odds or score is explained, per row: of two the positive one, of more the one that is
 * predicted; −1 for a value. `output`: rows × max(1, classes), row-major.
 */
export function explainedClasses(
  output: Float64Array,
  classes: readonly string[],
  positive: string | undefined,
): Int32Array {
  if (classes.length === 0) return new Int32Array(output.length).fill(-1);
  if (classes.length > 2) return likeliestCodes(output, classes.length);
  const code = positiveCode({ classes, positive }) ?? classes.length - 1;
  return new Int32Array(output.length / classes.length).fill(code);
}

/** The first algorithm that can't say what its columns add; undefined where all can. */
export function unexplainedBy(pipelines: readonly Pipeline[]): string | undefined {
  return pipelines.find(({ model }) => model.contributions === undefined)?.model.algorithm;
}

/**
 * Shares of the rows by column: Shapley values on the model's own scale; where several answer together, averaged on the
 * scale of the answer (`outputContributions`). `spoken`: as `explainedClasses` has it, per row of `rows`. Throws a
 * `RangeError` for a model without contributions.
 */
export function contributionsOf(
  parts: readonly ExplainedPart[],
  rows: Int32Array,
  spoken: Int32Array,
): RowContributions {
  const columns = [...new Set(parts.flatMap(({ pipeline }) => pipeline.handling.featureColumns))];
  const placeOf = new Map(columns.map((column, place) => [column, place]));
  const given = parts.map((part): ContributionPart => {
    const { featureColumns } = part.pipeline.handling;
    const own = ownContributions(part, rows);
    const shape = { rowCount: rows.length, features: featureColumns.length };
    const { classes } = part.pipeline.contract;
    return {
      given: parts.length === 1 ? own : outputContributions(own, shape, classes.length),
      weight: part.weight,
      places: Int32Array.from(featureColumns, (column) => placeOf.get(column) as number),
    };
  });
  const [first, ...others] = given;
  if (first === undefined) throw new RangeError('Nobody answers.');
  const gathered = gatherContributions([first, ...others], rows.length, columns.length);
  return { scale: gathered.scale, columns, ...ofOneOutput(gathered, spoken, columns.length) };
}

function ownContributions(
  { pipeline: { handling, model }, engineered }: ExplainedPart,
  rows: Int32Array,
): Contributions {
  const own = model.contributions?.(handling.transform(engineered, rows));
  if (own === undefined) throw new RangeError(`${model.algorithm} has no contributions.`);
  return own;
}

/** Of each row the output that speaks of its class; the odds against a class are those for the other one, the other way round. */
function ofOneOutput(
  { classes, against, expected, shares }: Contributions,
  spoken: Int32Array,
  columnCount: number,
): Pick<RowContributions, 'base' | 'shares'> {
  const outputs = expected.length;
  const base = new Float64Array(spoken.length).fill(Number.NaN);
  const found = new Float64Array(spoken.length * columnCount);
  spoken.forEach((code, row) => {
    const sign = code === against ? -1 : 1;
    const output = code < 0 || code === against ? 0 : classes.indexOf(code);
    if (output < 0) return;
    base[row] = sign * (expected[output] as number);
    const from = (row * outputs + output) * columnCount;
    for (let j = 0; j < columnCount; j++)
      found[row * columnCount + j] = sign * (shares[from + j] as number);
  });
  return { base, shares: found };
}
