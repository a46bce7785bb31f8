import { seedOf } from '../frame/digest.ts';
import type { Column } from '../frame/frame.ts';
import { dealCopies, type RowContents } from './deal-copies.ts';
import type { Target } from './estimator.ts';
import { EXCLUDED, HOLDOUT, TRAINING_ONLY } from './folds.ts';
import { orderRows, type RowBlocks } from './row-order.ts';

/** What a spec asks for. */
export type Split = {
  /** Number of folds, 2 … 20. */
  readonly folds: number;
  /** Share of rows for the holdout, between 0 and 1. */
  readonly holdout: number;
  readonly seed: number;
};

/** What ranking looks at: what rows hold, and the class where each class is ranked by itself. */
export type RankedRows = RowContents & { readonly target: Target };

export type SplitNotes = {
  /** For people. */
  readonly notes: readonly string[];
  /** Rows that repeat others and stand on their own side all the same (`dealCopies`). */
  readonly repeats: number;
};

/**
 * Each of these writes the codes of all rows that are not yet excluded into `folds`.
 *
 * By rank of (seed, row hash) within each class, or over all rows: the first blocks are the holdout, the others go to the
 * fold that has fewest rows of their class. Copies of a row are one block (`dealCopies`). Rounding: after every class, the holdout
 * holds the asked share of the rows so far, to the nearest row; a class always keeps a block to train on. Where fewer
 * than two folds would have rows, there is nothing to compare, and the rows outside the holdout are training only.
 */
export function splitByRank(
  ranked: RankedRows,
  { seed, folds: count, holdout }: Split,
  isStratified: boolean,
  folds: Uint8Array,
): SplitNotes {
  const { target } = ranked;
  const strata =
    isStratified && target.kind === 'classes' ? target.codes : new Int32Array(folds.length);
  const rows = rowsToSplit(folds);
  const { rowHashes, repeats } = dealCopies(rows, target, ranked);
  const blocks = orderRows(rows, rowHashes, strata, seed);
  const codes = new Uint8Array(blocks.sizes.length);
  holdOut(blocks, holdout, codes);
  const foldCount = spread(blocks, count, codes);
  const isSplit = foldCount > 1;
  for (let i = 0; i < rows.length; i++) {
    const code = codes[blocks.blockOfRow[i] as number] as number;
    folds[rows[i] as number] = isSplit || code === HOLDOUT ? code : TRAINING_ONLY;
  }
  const notes = repeats > 0 ? [repeatsNote(repeats, rows.length)] : [];
  if (foldCount === 1)
    notes.push('Too few different rows to split into folds: they are for training only.');
  else if (isStratified && target.kind === 'classes')
    notes.push(...rareClassNotes(blocks, codes, target.classes, count));
  return { notes, repeats };
}

function rowsToSplit(folds: Uint8Array): Int32Array {
  const rows = new Int32Array(folds.length);
  let count = 0;
  for (let row = 0; row < folds.length; row++) if (folds[row] !== EXCLUDED) rows[count++] = row;
  return rows.subarray(0, count);
}

/** What people should know where rows that hold the same are not kept together. */
export function repeatsNote(repeats: number, rowCount: number): string {
  return `${repeats} of ${rowCount} rows repeat others in all but the target. They are split one by one, since columns of few values repeat; if they are copies of one observation, remove them or name in validate.group what they share.`;
}

/** Marks the blocks that are held out, stratum by stratum. */
function holdOut({ strata, sizes }: RowBlocks, share: number, codes: Uint8Array): void {
  let rowsSoFar = 0;
  let taken = 0;
  for (const { from, to } of strata) {
    for (let i = from; i < to; i++) rowsSoFar += sizes[i] as number;
    const goal = Math.round(share * rowsSoFar);
    let left = to - from;
    for (let i = from; i < to && left > 1; i++) {
      const size = sizes[i] as number;
      // Taken only when it brings the holdout nearer to its goal.
      if (size >= 2 * (goal - taken)) continue;
      codes[i] = HOLDOUT;
      taken += size;
      left--;
    }
  }
}

/**
 * Gives each block that is not held out a fold: the one with fewest rows of its stratum, then fewest rows, then the
 * first. Returns how many folds have blocks.
 */
function spread({ strata, sizes }: RowBlocks, count: number, codes: Uint8Array): number {
  const rowsOf = new Float64Array(count);
  for (const { from, to } of strata) {
    const ofStratum = new Float64Array(count);
    for (let i = from; i < to; i++) {
      if (codes[i] === HOLDOUT) continue;
      let best = 0;
      for (let fold = 1; fold < count; fold++) {
        const difference =
          (ofStratum[fold] as number) - (ofStratum[best] as number) ||
          (rowsOf[fold] as number) - (rowsOf[best] as number);
        if (difference < 0) best = fold;
      }
      ofStratum[best] = (ofStratum[best] as number) + (sizes[i] as number);
      rowsOf[best] = (rowsOf[best] as number) + (sizes[i] as number);
      codes[i] = best;
    }
  }
  return rowsOf.filter((rows) => rows > 0).length;
}

function rareClassNotes(
  { strata }: RowBlocks,
  codes: Uint8Array,
  classes: readonly string[],
  count: number,
): readonly string[] {
  return strata.flatMap(({ code, from, to }) => {
    let blocks = 0;
    for (let i = from; i < to; i++) if (codes[i] !== HOLDOUT) blocks++;
    // A class always keeps a block to train on.
    if (blocks >= count) return [];
    return `Class "${classes[code] ?? code}" is in ${blocks} of ${count} folds: it has no more different rows.`;
  });
}

/**
 * By calendar cut-offs, the same for the whole table: rows before the first are training only, then fold after fold,
 * from the last cut-off on the holdout. A row at a cut-off belongs to what begins there.
 */
export function splitByTime(
  times: Float64Array,
  cutoffs: readonly number[],
  folds: Uint8Array,
): void {
  for (let row = 0; row < folds.length; row++) {
    if (folds[row] === EXCLUDED) continue;
    const time = times[row] as number;
    let passed = 0;
    while (passed < cutoffs.length && time >= (cutoffs[passed] as number)) passed++;
    if (passed === 0) folds[row] = TRAINING_ONLY;
    else folds[row] = passed === cutoffs.length ? HOLDOUT : passed - 1;
  }
}

/**
 * By a hash of (seed, group value): a group stands on one side in every partition of the table. Rows without a group are
 * one group: nobody knows that they are not.
 */
export function splitByGroup(
  groups: Column,
  { seed, folds: count, holdout }: Split,
  folds: Uint8Array,
): readonly string[] {
  const textOf = groupText(groups);
  const sides = new Map<string | null, number>();
  let withoutGroup = 0;
  for (let row = 0; row < folds.length; row++) {
    if (folds[row] === EXCLUDED) continue;
    const text = textOf(row);
    if (text === null) withoutGroup++;
    const side = sides.get(text) ?? groupSide(text, seed, count, holdout);
    sides.set(text, side);
    folds[row] = side;
  }
  if (withoutGroup === 0) return [];
  return [`Rows without a "${groups.name}" count as one group: ${withoutGroup}.`];
}

function groupSide(text: string | null, seed: number, count: number, holdout: number): number {
  const hash = text === null ? seedOf(seed, 'no group') : seedOf(seed, 'group', text);
  const position = Number(hash >> 11n) / 2 ** 53;
  if (position < holdout) return HOLDOUT;
  return Math.min(count - 1, Math.floor(((position - holdout) / (1 - holdout)) * count));
}

function groupText(groups: Column): (row: number) => string | null {
  if (groups.kind === 'category')
    return (row) => groups.levels[groups.codes[row] as number] ?? null;
  const values = groups.kind === 'time' ? groups.micros : groups.values;
  return (row) => (Number.isNaN(values[row]) ? null : String(values[row]));
}
