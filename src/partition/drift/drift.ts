import { isFailure } from '../../domain/failure.ts';
import { intervalOf } from '../../estimators/interval.ts';
import { measure } from '../../estimators/score.ts';
import { requireColumn, rowsThat } from '../../frame/frame.ts';
import type { RankArgs } from '../facts.ts';
import type { PartitionData, PartitionResult } from '../partition-function.ts';
import { outputWidth, predictionsFromBytes, readLayer } from '../predictions.ts';
import { score } from '../score-rows.ts';
import { predictedRows, scoredRows, truthOf } from '../truth.ts';
import { compareColumns } from './compare-columns.ts';
import {
  DISTRIBUTION,
  type Distribution,
  distributionOf,
  distributionsFromBytes,
} from './distribution.ts';
import type { DriftFacts, NewScore } from './drift-facts.ts';

/** Arguments of `drift`; input `distribution` holds the blob of that function for the rows to compare with. */
export type DriftArgs = {
  /** Columns of numbers and text. */
  readonly compared: readonly string[];
  /** The column of labels: those that are missing have not arrived yet, which is no drift. Left out: there is none. */
  readonly target?: string;
  /** How the new rows are scored, by models in the inputs of `score`; null: not at all. */
  readonly scoring: RankArgs | null;
  /** Of those models; empty where nobody answers. */
  readonly weights: readonly number[];
};

/** How the rows of a partition differ from those that it was trained on, column by column, and how its model does on them. */
export function drift(data: PartitionData, args: DriftArgs): PartitionResult<DriftFacts> {
  const bytes = data.inputs.get(DISTRIBUTION);
  if (bytes === undefined) throw new RangeError('There is nothing to compare the rows with.');
  const reference = distributionsFromBytes(bytes);
  const columns = args.compared.flatMap((name) => {
    const before = reference.columns.get(name);
    if (before === undefined) return [];
    const now = distributionOf(requireColumn(data.frame, name));
    const arrived = (one: Distribution) => (name === args.target ? { ...one, missing: 0 } : one);
    const compared = compareColumns(arrived(before), arrived(now));
    return compared === undefined ? [] : [compared];
  });
  const rows = { reference: reference.rows, current: data.frame.rowCount };
  const { scoring, weights } = args;
  const judged =
    scoring === null || weights.length === 0 ? null : scoreNewRows(data, scoring, weights);
  return { facts: { rows, columns, score: judged }, blobs: new Map() };
}

/** Rows that a model can't answer are no reason to say nothing of their columns. */
function scoreNewRows(
  data: PartitionData,
  scoring: RankArgs,
  modelWeights: readonly number[],
): NewScore {
  const { frame } = data;
  const { spec, classes } = scoring;
  try {
    const answers = score(data, { task: scoring.task, classes, weights: modelWeights });
    const bytes = answers.blobs.get('predictions') ?? new Uint8Array();
    const predictions = predictionsFromBytes(bytes, 1, outputWidth(classes));
    const truth = truthOf(frame, scoring, new Uint8Array(frame.rowCount));
    const { target, weights } = truth;
    const isLabelled = (row: number) =>
      target.kind === 'values'
        ? Number.isFinite(target.values[row])
        : (target.codes[row] as number) >= 0;
    const isWeighed = (row: number) => weights === undefined || (weights[row] as number) > 0;
    const all = Int32Array.from({ length: frame.rowCount }, (_, row) => row);
    const labelled = rowsThat(all, (row) => isLabelled(row) && isWeighed(row));
    const rows = predictedRows(predictions, 0, labelled);
    if (rows.length === 0) return missingScore('No row has both a label and a prediction.');
    const scored = scoredRows(truth, rows, readLayer(predictions, 0, rows));
    const measured = measure(spec.metric, scored);
    return {
      score: measured.score,
      interval: intervalOf(measured, spec.metric, scored, 1),
      rows: rows.length,
    };
  } catch (error) {
    if (!isFailure(error)) throw error;
    return missingScore(error.message);
  }
}

function missingScore(because: string): NewScore {
  return { score: { value: null, because }, interval: null, rows: 0 };
}
