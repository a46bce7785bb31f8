import { assignFolds, type FoldAssignment } from '../estimators/assign-folds.ts';
import type { RowContents } from '../estimators/deal-copies.ts';
import type { Target } from '../estimators/estimator.ts';
import { EXCLUDED, HOLDOUT, outOfFoldRows, TRAINING_ONLY } from '../estimators/folds.ts';
import { rankOf } from '../estimators/row-order.ts';
import { takeTarget } from '../features/take-target.ts';
import { seedOf } from '../frame/digest.ts';
import { type Frame, findColumn, requireColumn, takeRows } from '../frame/frame.ts';
import { hashRows, takeRowHashes, visitRowHashes } from '../frame/row-hash.ts';
import type { Spec } from '../spec/spec.ts';
import { leakageOf } from './leakage.ts';
import type { PartitionData, PartitionResult } from './partition-function.ts';
import { profileColumn } from './profile-column.ts';
import type { ColumnProfile, ProfileArgs, ProfileFacts } from './profile-facts.ts';
import { repeatsOf } from './repeats.ts';
import { labelsOf, targetOf, timesOf, weightsOf } from './target.ts';

/** What one partition holds (`ProfileFacts`), and its split: blob `folds`, one byte per row, of one repeat after the other. */
export function profile(data: PartitionData, args: ProfileArgs): PartitionResult<ProfileFacts> {
  const columns = data.frame.columns.map(profileColumn);
  const target = profiledTarget(data.frame, args.spec);
  const split = splitRows(data, args, target);
  const folds = withRepeats(data, args, { target, folds: split.folds });
  const facts: ProfileFacts = {
    rows: data.frame.rowCount,
    columns,
    target: targetFacts(target),
    split: splitFacts(split, args.spec),
    warnings: leakageWarnings(data.frame, columns, args.spec),
  };
  return { facts, blobs: new Map([['folds', folds]]) };
}

/** The folds with those of the other repeats after them: rows that the first scores are dealt anew, all others stay. */
function withRepeats(
  { frame, rowHashes }: PartitionData,
  { spec, cutoffs }: ProfileArgs,
  { target, folds }: { readonly target: Target; readonly folds: Uint8Array },
): Uint8Array {
  const repeats = repeatsOf(spec);
  if (repeats === 1) return folds;
  const rows = outOfFoldRows(folds);
  const scored = { frame: takeRows(frame, rows), rowHashes: takeRowHashes(rowHashes, rows) };
  const all = new Uint8Array(folds.length * repeats);
  for (let repeat = 0; repeat < repeats; repeat++) {
    all.set(folds, repeat * folds.length);
    if (repeat === 0) continue;
    const args = { spec: specOfRepeat(spec, repeat), cutoffs };
    const dealt = splitRows(scored, args, takeTarget(target, rows)).folds;
    for (let i = 0; i < rows.length; i++)
      all[repeat * folds.length + (rows[i] as number)] = dealt[i] as number;
  }
  return all;
}

/** Another order of the same rows, and no holdout among them. */
function specOfRepeat(spec: Spec, repeat: number): Spec {
  const seed = Number(seedOf(spec.seed, 'repeat', repeat) >> 11n);
  return { ...spec, seed, validate: { ...spec.validate, holdout: 0 } };
}

/** The target with this partition's own classes: the table's are not known yet. */
export function profiledTarget(frame: Frame, spec: Spec): Target {
  const { column, task } = spec.target;
  const classes = task === 'classification' ? labelsOf(requireColumn(frame, column)).labels : [];
  return targetOf(frame, { spec, task, classes });
}

/** Folds and holdout of one partition's rows, as the spec asks for them. */
export function splitRows(
  { frame, rowHashes }: Pick<PartitionData, 'frame' | 'rowHashes'>,
  { spec, cutoffs }: ProfileArgs,
  target: Target,
): FoldAssignment {
  const { scheme, folds, holdout, group } = spec.validate;
  return assignFolds({
    scheme,
    folds,
    holdout,
    seed: spec.seed,
    ...contentsOf(frame, rowHashes, spec),
    target,
    weights: weightsOf(frame, spec),
    groups: group === undefined ? undefined : findColumn(frame, group),
    times: timesOf(frame, spec),
    cutoffs,
  });
}

/**
 * What splits rows: all that a model could learn from, so that rows that differ in nothing else stand on one side of every
 * split (DESIGN §10 Folds). Neither id nor weight nor a dropped column makes a copy another row.
 */
function contentsOf(
  frame: Frame,
  sourceHashes: Uint8Array,
  { target, columns: { id, weight, drop } }: Spec,
): RowContents {
  const unlearnt = new Set([id, weight, ...drop]);
  const isWhole = [...unlearnt].every((name) => name === undefined);
  return {
    rowHashes: isWhole ? sourceHashes : hashWithout(frame, unlearnt),
    featureRanks: (rows) => ranksWithout(frame, unlearnt.add(target.column), rows),
    sourceHashes,
  };
}

type Names = ReadonlySet<string | undefined>;

function hashWithout(frame: Frame, left: Names): Uint8Array {
  return hashRows(without(frame, left));
}

/** `hashRanks` of the same hashes, of which no more than one is there at a time: rows may be millions. */
function ranksWithout(frame: Frame, left: Names, rows: Int32Array): Float64Array {
  const ranks = new Float64Array(rows.length);
  let next = 0;
  visitRowHashes(without(frame, left), (row, hash) => {
    if (rows[next] === row) ranks[next++] = rankOf(hash, 0, 0);
  });
  return ranks;
}

function without(frame: Frame, left: Names): Frame {
  return { ...frame, columns: frame.columns.filter(({ name }) => !left.has(name)) };
}

function targetFacts(target: Target): ProfileFacts['target'] {
  if (target.kind === 'values') {
    const { missing, distinct } = profileColumn({ ...target, kind: 'number', name: '' });
    return { missing, classes: [], distinct };
  }
  const counts = new Int32Array(target.classes.length);
  let missing = 0;
  for (const code of target.codes) {
    if (code < 0) missing += 1;
    else counts[code] = (counts[code] as number) + 1;
  }
  const classes = target.classes
    .map((label, code) => ({ label, count: counts[code] as number }))
    .filter(({ count }) => count > 0);
  return { missing, classes, distinct: classes.length };
}

function splitFacts(
  { folds, excluded, repeats, notes }: FoldAssignment,
  { validate }: Spec,
): ProfileFacts['split'] {
  const sizes = new Int32Array(EXCLUDED + 1);
  for (const code of folds) sizes[code] = (sizes[code] as number) + 1;
  return {
    holdout: sizes[HOLDOUT] as number,
    folds: [...sizes.subarray(0, validate.folds)],
    trainingOnly: sizes[TRAINING_ONLY] as number,
    excluded,
    repeats,
    notes,
  };
}

/** The key, the id and dropped columns are no features: they can't leak. */
function leakageWarnings(
  frame: Frame,
  profiles: readonly ColumnProfile[],
  spec: Spec,
): readonly string[] {
  const { id, weight, drop } = spec.columns;
  const apart = new Set([...spec.partition.by, spec.target.column, id, weight, spec.time, ...drop]);
  const profiled = frame.columns.map((column, i) => ({
    column,
    profile: profiles[i] as ColumnProfile,
  }));
  const target = profiled.find(({ column }) => column.name === spec.target.column);
  if (target === undefined) throw new RangeError('The frame has no target column.');
  return profiled.flatMap((one) => (apart.has(one.column.name) ? [] : leakageOf(one, target)));
}
