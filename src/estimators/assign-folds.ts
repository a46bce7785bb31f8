import type { Column } from '../frame/frame.ts';
import {
  type RankedRows,
  type Split,
  type SplitNotes,
  splitByGroup,
  splitByRank,
  splitByTime,
} from './fold-splits.ts';
import { EXCLUDED, HOLDOUT, type Scheme, TRAINING_ONLY } from './folds.ts';

/** One partition's rows (target: code −1 or NaN = missing) and how they are to be split. */
export type FoldInput = Split &
  RankedRows & {
    readonly scheme: Scheme;
    readonly weights?: Float64Array | undefined;
    /** Rows of one value stand on one side throughout the table; wins over ranking when given. */
    readonly groups?: Column | undefined;
    /** µs UTC; NaN = missing. Time scheme only. */
    readonly times?: Float64Array | undefined;
    /** Time scheme only, µs UTC, ascending: the start of each fold, then the start of the holdout. */
    readonly cutoffs?: readonly number[] | undefined;
  };

export type FoldAssignment = {
  /** One byte per row, see `folds.ts`. */
  readonly folds: Uint8Array;
  /** Excluded rows by reason. */
  readonly excluded: { readonly [reason: string]: number };
  /** Rows that repeat others and are split one by one (see `dealCopies`). */
  readonly repeats: number;
  /** Where the split differs from what was asked, for people. */
  readonly notes: readonly string[];
};

/**
 * Splits one partition's rows into folds and holdout, from their contents and the seed alone: the same whatever their
 * order, and whatever other partitions hold. Time cut-offs and group sides are the table's, so they hold across
 * partitions too. Throws `RangeError` when the scheme lacks its column.
 */
export function assignFolds(input: FoldInput): FoldAssignment {
  const folds = new Uint8Array(input.rowHashes.length / 16);
  const excluded: { [reason: string]: number } = {};
  for (let row = 0; row < folds.length; row++) {
    const reason = exclusionOf(input, row);
    if (reason === null) continue;
    folds[row] = EXCLUDED;
    excluded[reason] = (excluded[reason] ?? 0) + 1;
  }
  const { notes, repeats } = splitInto(input, folds);
  return { folds, excluded, repeats, notes: [...notes, ...notesOn(input, folds)] };
}

function splitInto(input: FoldInput, folds: Uint8Array): SplitNotes {
  const { scheme, groups, times, cutoffs } = input;
  if (scheme === 'time') {
    if (times === undefined || cutoffs === undefined || cutoffs.length < 2)
      throw new RangeError('The time scheme needs the time column and its cut-offs.');
    splitByTime(times, cutoffs, folds);
    return { notes: [], repeats: 0 };
  }
  if (groups !== undefined) return { notes: splitByGroup(groups, input, folds), repeats: 0 };
  if (scheme === 'group') throw new RangeError('The group scheme needs the group column.');
  const isStratified = scheme === 'stratified' && input.target.kind === 'classes';
  return splitByRank(input, input, isStratified, folds);
}

/** Why a row takes no part, or null. */
export function exclusionOf(
  { scheme, target, weights, times }: Pick<FoldInput, 'scheme' | 'target' | 'weights' | 'times'>,
  row: number,
): string | null {
  if (target.kind === 'classes') {
    if ((target.codes[row] as number) < 0) return 'target_missing';
  } else {
    const value = target.values[row] as number;
    if (Number.isNaN(value)) return 'target_missing';
    if (!Number.isFinite(value)) return 'target_infinite';
  }
  if (weights !== undefined) {
    const weight = weights[row] as number;
    if (!Number.isFinite(weight)) return 'weight_missing';
    if (weight <= 0) return 'weight_not_positive';
  }
  if (scheme === 'time' && Number.isNaN(times?.[row])) return 'time_missing';
  return null;
}

function notesOn({ folds: count, scheme }: FoldInput, folds: Uint8Array): readonly string[] {
  const sizes = new Int32Array(256);
  for (const code of folds) sizes[code] = (sizes[code] as number) + 1;
  const notes: string[] = [];
  const scorable = folds.length - (sizes[EXCLUDED] as number);
  if (scorable === 0)
    return ['No row can train: target, weight or time is missing in all of them.'];
  if (sizes[HOLDOUT] === 0)
    notes.push(`No row is in the holdout; the partition has ${rowsText(scorable)}.`);
  const filled = sizes.subarray(0, count).filter((size) => size > 0).length;
  if (filled < count && sizes[TRAINING_ONLY] !== scorable - (sizes[HOLDOUT] as number))
    notes.push(`${filled} of ${count} folds have rows.`);
  const first = sizes.findIndex((size) => size > 0);
  if (scheme === 'time' && first < count && sizes[TRAINING_ONLY] === 0)
    notes.push(`Fold ${first} has no earlier rows to train on.`);
  return notes;
}

function rowsText(count: number): string {
  return count === 1 ? '1 row' : `${count} rows`;
}
