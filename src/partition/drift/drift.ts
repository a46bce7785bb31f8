import { isFailure } from '../../domain/failure.ts';
import { intervalOf } from '../../estimators/interval.ts';
import { measure } from '../../estimators/score.ts';
import { type Frame, requireColumn, rowsThat } from '../../frame/frame.ts';
import type { Spec } from '../../spec/spec.ts';
import type { RankArgs } from '../part-facts.ts';
import type { PartitionData, PartitionResult } from '../partition-function.ts';
import { outputWidth, predictionsFromBytes, readLayer } from '../predictions.ts';
import { score } from '../score-rows.ts';
import { labelsOf } from '../target.ts';
import { predictedRows, scoredRows, type Truth, truthOf } from '../truth.ts';
import { compareColumns } from './compare-columns.ts';
import {
  DISTRIBUTION,
  type Distribution,
  distributionOf,
  distributionsFromBytes,
} from './distribution.ts';
import type { DriftFacts, NewScore } from './drift-facts.ts';
import { rowsAmong } from './row-marks.ts';

/** Arguments of `drift`; input `distribution` holds the blob of that function for the rows to compare with. */
export type DriftArgs = {
  /** Columns of numbers and text. */
  readonly compared: readonly string[];
  /** The column of labels: those that are missing have not arrived yet, which is no drift. Left out: there is none. */
  readonly target?: string;
  /** How the rows that are not among the marks of `distribution` are scored, by models in the inputs of `score`; null: not at all. */
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
    scoring === null || weights.length === 0
      ? null
      : scoreNewRows(data, { ...scoring, modelWeights: weights, marks: reference.marks });
  return { facts: { rows, columns, score: judged }, blobs: new Map() };
}

type Scoring = RankArgs & {
  readonly modelWeights: readonly number[];
  /** Of the rows that the run has read. */
  readonly marks: BigUint64Array | null;
};

/** Rows that a model can't answer are no reason to say nothing of their columns. */
function scoreNewRows(data: PartitionData, scoring: Scoring): NewScore {
  const { spec, task, classes, modelWeights } = scoring;
  let known = 0;
  try {
    const truth = truthOf(data.frame, scoring, new Uint8Array(data.frame.rowCount));
    const labelled = labelledRows(data.frame, truth);
    const fresh = newRows(data, labelled, scoring.marks);
    known = labelled.length - fresh.length;
    const strange = newRows(data, strangeRows(data.frame, truth, spec), scoring.marks).length;
    if (strange > 0)
      return missingScore(
        `Labels that training has not seen stand in ${strange} new ${strange === 1 ? 'row' : 'rows'}: no model can answer them, and a score of the others would hide it.`,
        known,
      );
    if (known > 0 && fresh.length === 0)
      return missingScore(
        'The run has read every row that has a label: there are no new ones.',
        known,
      );
    const answers = score(data, { task, classes, weights: modelWeights });
    const bytes = answers.blobs.get('predictions') ?? new Uint8Array();
    const predictions = predictionsFromBytes(bytes, 1, outputWidth(classes));
    const rows = predictedRows(predictions, 0, fresh);
    if (rows.length === 0) return missingScore('No row has both a label and a prediction.', known);
    const scored = scoredRows(truth, rows, readLayer(predictions, 0, rows));
    const measured = measure(spec.metric, scored);
    const interval = intervalOf(measured, spec.metric, scored, 1);
    return { score: measured.score, interval, rows: rows.length, known };
  } catch (error) {
    if (!isFailure(error)) throw error;
    return missingScore(error.message, known);
  }
}

/** Rows whose label is none of the run's classes. */
function strangeRows(frame: Frame, { target }: Truth, spec: Spec): Int32Array {
  if (target.kind === 'values') return new Int32Array(0);
  const { codes } = labelsOf(requireColumn(frame, spec.target.column));
  const all = Int32Array.from({ length: frame.rowCount }, (_, row) => row);
  return rowsThat(all, (row) => (codes[row] as number) >= 0 && (target.codes[row] as number) < 0);
}

function labelledRows({ rowCount }: Frame, { target, weights }: Truth): Int32Array {
  const isLabelled = (row: number) =>
    target.kind === 'values'
      ? Number.isFinite(target.values[row])
      : (target.codes[row] as number) >= 0;
  const isWeighed = (row: number) => weights === undefined || (weights[row] as number) > 0;
  const all = Int32Array.from({ length: rowCount }, (_, row) => row);
  return rowsThat(all, (row) => isLabelled(row) && isWeighed(row));
}

/** Whoever answers may have been trained on any row that the run has read: a score on those would be too good. */
function newRows(
  { rowHashes }: PartitionData,
  rows: Int32Array,
  marks: BigUint64Array | null,
): Int32Array {
  if (marks === null) throw new RangeError('Which rows are new can be told by marks only.');
  const isKnown = rowsAmong(marks, rowHashes);
  return rowsThat(rows, (row) => !isKnown(row));
}

function missingScore(because: string, known: number): NewScore {
  return { score: { value: null, because }, interval: null, rows: 0, known };
}
