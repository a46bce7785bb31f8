import { Failure } from '../../domain/failure.ts';
import { looksAtOneClass } from '../../domain/metric.ts';
import { exclusionOf } from '../../estimators/assign-folds.ts';
import type { Target } from '../../estimators/estimator.ts';
import { featureColumns, shapesOf } from '../../features/column-shape.ts';
import { engineer } from '../../features/engineer/engineer.ts';
import { selectColumns } from '../../features/select/select-columns.ts';
import { seedOf } from '../../frame/digest.ts';
import { type Frame, requireColumn, rowsThat, takeRows } from '../../frame/frame.ts';
import { takeRowHashes } from '../../frame/row-hash.ts';
import type { Spec } from '../../spec/spec.ts';
import { memberRanges } from '../member-ranges.ts';
import type { PartitionData } from '../partition-function.ts';
import { splitRows } from '../profile.ts';
import { inHashOrder } from '../row-sample.ts';
import { labelsOf, targetOf, timesOf, weightsOf } from '../target.ts';
import { otherRoles } from '../training-data.ts';
import { type Truth, truthOf } from '../truth.ts';
import type { AdviseArgs } from './advice.ts';

/** A sample of the table that candidate divisions are judged on. */
export type AdviserTable = {
  /** Every row of the source. */
  readonly whole: Frame;
  /** Rows of `whole` that the sample holds, in the order of their hashes. */
  readonly sampled: Int32Array;
  /** Source and engineered columns of the sample. */
  readonly frame: Frame;
  readonly features: readonly string[];
  readonly classes: readonly string[];
  readonly target: Target;
  readonly weights: Float64Array | undefined;
  /** As the spec splits, without a holdout: what is looked at here is a choice. */
  readonly folds: Uint8Array;
  /** What scores and lifts are shown in: the spec's metric. */
  readonly truth: Truth;
  /** What choices and verdicts go by: the same where it is a proper score, else the squared error of probabilities. */
  readonly evidence: Truth;
  readonly spec: Spec;
};

/** Features that the model which a division has to beat does not see. */
export function hiddenColumns(
  { spec, features }: Pick<AdviserTable, 'spec' | 'features'>,
  by: readonly string[],
): readonly string[] {
  return spec.global.include_partition ? [] : by.filter((name) => features.includes(name));
}

/** More features than this make the adviser slow and no wiser: the most telling ones stay. */
const MAX_FEATURES = 40;

/** Draws the sample by row hash: the same whatever the order of the source's rows. Throws `Failure('invalid-data')` where no row can train. */
export function adviserTable(
  { frame: whole, rowHashes, partition }: PartitionData,
  { spec, cutoffs, rows: limit }: AdviseArgs,
  stop: Int32Array,
): AdviserTable {
  const { column, task } = spec.target;
  const classes = task === 'classification' ? labelsOf(requireColumn(whole, column)).labels : [];
  const args = { spec, task, classes };
  const usable = usableRows(whole, targetOf(whole, args), spec);
  // Sums in another order have other last bits, and trees that are cut by them are others now and then.
  const sampled = inHashOrder(usable, rowHashes).slice(0, limit);
  const engineered = engineer(whole, spec.features.engineer, {
    timezone: spec.data.timezone,
    ranges: memberRanges(whole, partition.ranges, spec.partition.by),
    target: column,
  });
  const source = takeRows(whole, sampled);
  const target = targetOf(source, args);
  const weights = weightsOf(source, spec);
  const hashes = takeRowHashes(rowHashes, sampled);
  const { folds } = splitRows(
    { frame: source, rowHashes: hashes },
    { spec: withoutHoldout(spec), cutoffs },
    target,
  );
  const frame = takeRows(engineered, sampled);
  const features = featuresOf(frame, target, spec, stop);
  const truth = truthOf(source, args, folds);
  const evidence = { ...truth, spec: properly(spec) };
  const judged = { target, weights, folds, truth, evidence };
  return { whole, sampled, frame, features, classes, ...judged, spec };
}

/**
 * Right or wrong, or the order of the rows, tells little of few rows: a probability that is nearer to the truth counts only
 * where it crosses a threshold (Gneiting and Raftery 2007). What the spec's metric asks of every class is asked of every class.
 */
function properly(spec: Spec): Truth['spec'] {
  const { metric, target } = spec;
  if (target.task === 'regression' || metric === 'log_loss') return spec;
  const { positive: _, ...everyClass } = target;
  return { ...spec, metric: 'brier', target: looksAtOneClass(metric) ? target : everyClass };
}

function usableRows(frame: Frame, target: Target, spec: Spec): Int32Array {
  const { scheme } = spec.validate;
  const roles = { scheme, target, weights: weightsOf(frame, spec), times: timesOf(frame, spec) };
  const every = Int32Array.from({ length: frame.rowCount }, (_, row) => row);
  const usable = rowsThat(every, (row) => exclusionOf(roles, row) === null);
  if (usable.length > 0) return usable;
  throw new Failure(
    'invalid-data',
    'No row can train: target, weight or time is missing in all of them.',
  );
}

function withoutHoldout(spec: Spec): Spec {
  return { ...spec, validate: { ...spec.validate, holdout: 0 } };
}

/** The key as the spec has it is among them: to any other division it is a feature. */
function featuresOf(frame: Frame, target: Target, spec: Spec, stop: Int32Array): readonly string[] {
  const withKey = { ...spec, global: { ...spec.global, include_partition: true } };
  const apart = otherRoles({ spec: withKey, scope: 'global' }, shapesOf(frame));
  const columns = featureColumns(shapesOf(frame), apart);
  if (columns.length <= MAX_FEATURES) return columns;
  const rows = Int32Array.from({ length: frame.rowCount }, (_, row) => row);
  const select = { method: 'mutual_information', keep: MAX_FEATURES } as const;
  const seed = seedOf(spec.seed, 'advise', 'select');
  return selectColumns(frame, columns, target, rows, select, { seed, stop }).kept;
}
