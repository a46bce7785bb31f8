// Columns as bytes: values fall between at most 254 cuts that share the rows among the bins; a missing value has the bin after the last.
import { allocate, mark, release } from './arena';
import { spend } from './patience';
import { keyOfNumber, numberOfKey, sortKeys } from './sort';

/** Cuts that one column may have: with the bin above the last cut and the one for missing values that fills a byte. */
export const MAX_CUTS = 254;
const CUT_BYTES: usize = (MAX_CUTS + 1) * 8;
const MIDDLE_BYTES: usize = (MAX_CUTS + 2) * 8;

@unmanaged
export class Bins {
  rows: i32;
  columns: i32;
  /** u8 per cell, column-major: the number of cuts below the value. */
  codes: usize;
  /** f64, 255 per column: ascending, then +∞. */
  cuts: usize;
  /** i32 per column; bin `cutCount + 1` is "missing". */
  cutCounts: usize;
  /** u8 per column: 1 when a value is missing. */
  hasMissing: usize;
  /** f64, 256 per column: a value that stands for those of each bin. */
  middles: usize;
  /** i32 per column: how many levels its values 0, 1 … name; 0 = it holds numbers. 0 = no column holds levels. */
  levels: usize;
}

export function cutsOf(bins: Bins, column: i32): usize {
  return bins.cuts + <usize>column * CUT_BYTES;
}

export function cutCountOf(bins: Bins, column: i32): i32 {
  return load<i32>(bins.cutCounts + ((<usize>column) << 2));
}

export function codesOf(bins: Bins, column: i32): usize {
  return bins.codes + <usize>column * <usize>bins.rows;
}

/** A value that stands for those of a bin: midway between the least and the largest of them. */
export function middleOfBin(bins: Bins, column: i32, bin: i32): f64 {
  return load<f64>(middlesOf(bins, column) + ((<usize>bin) << 3));
}

function middlesOf(bins: Bins, column: i32): usize {
  return bins.middles + <usize>column * MIDDLE_BYTES;
}

export function isCategory(bins: Bins, column: i32): bool {
  return bins.levels != 0 && load<i32>(bins.levels + ((<usize>column) << 2)) > 0;
}

export function hasMissing(bins: Bins, column: i32): bool {
  return load<u8>(bins.hasMissing + <usize>column) != 0;
}

/**
 * Bins `x` (f64, column-major, NaN = missing) into at most `maxBins` bins per column; O(rows) per column. A column of
 * levels (`levels`, see there) has a bin for each, whether it occurs or not.
 */
export function binColumns(x: usize, rows: i32, columns: i32, maxBins: i32, levels: usize): Bins {
  const bins = changetype<Bins>(allocate(offsetof<Bins>()));
  bins.rows = rows;
  bins.columns = columns;
  bins.levels = levels;
  bins.codes = allocate(<usize>rows * <usize>columns);
  bins.cuts = allocate(<usize>columns * CUT_BYTES);
  bins.cutCounts = allocate((<usize>columns) << 2);
  bins.hasMissing = allocate(<usize>columns);
  bins.middles = allocate(<usize>columns * MIDDLE_BYTES);
  const scratch = mark();
  const keys = allocate((<usize>rows) << 3);
  const spare = allocate((<usize>rows) << 3);
  for (let column = 0; column < columns; column++) {
    const values = x + ((<usize>column * <usize>rows) << 3);
    const present = keysOfColumn(values, rows, keys);
    const sorted = sortKeys(keys, spare, present);
    const cuts = cutsOf(bins, column);
    const middles = middlesOf(bins, column);
    const count = isCategory(bins, column)
      ? cutBetweenLevels(load<i32>(levels + ((<usize>column) << 2)), cuts, middles)
      : chooseCuts(sorted, present, min(maxBins, MAX_CUTS + 1), cuts, middles);
    for (let cut = count; cut <= MAX_CUTS; cut++) store<f64>(cuts + ((<usize>cut) << 3), Infinity);
    store<i32>(bins.cutCounts + ((<usize>column) << 2), count);
    store<u8>(bins.hasMissing + <usize>column, present < rows ? 1 : 0);
    codeColumnInto(values, rows, cuts, count, <u8>(count + 1), codesOf(bins, column), 1);
    spend((<i64>rows) << 4);
  }
  release(scratch);
  return bins;
}

function keysOfColumn(values: usize, rows: i32, keys: usize): i32 {
  let present = 0;
  for (let i: usize = 0; i < <usize>rows; i++) {
    const value = load<f64>(values + (i << 3));
    if (value != value) continue;
    store<u64>(keys + ((<usize>present) << 3), keyOfNumber(value));
    present++;
  }
  return present;
}

function cutBetweenLevels(levels: i32, cuts: usize, middles: usize): i32 {
  for (let i = 0; i < levels; i++) {
    store<f64>(middles + ((<usize>i) << 3), <f64>i);
    if (i + 1 < levels) store<f64>(cuts + ((<usize>i) << 3), <f64>i + 0.5);
  }
  return levels - 1;
}

/** One cut between neighbours where there are few values, else bins of about as many rows; writes the cuts and says how many. */
function chooseCuts(sorted: usize, present: i32, maxBins: i32, cuts: usize, middles: usize): i32 {
  let distinct = min(present, 1);
  for (let i = 1; i < present && distinct <= maxBins; i++) if (differs(sorted, i)) distinct++;
  if (distinct > maxBins) return shareRows(sorted, present, maxBins, cuts, middles);
  let count = 0;
  let last = 0;
  for (let i = 1; i < present; i++) {
    if (!differs(sorted, i)) continue;
    storeMiddle(middles, count, sorted, last, i);
    storeCut(cuts, count++, sorted, i);
    last = i;
  }
  if (present > 0) storeMiddle(middles, count, sorted, last, present);
  return count;
}

/**
 * A value that a whole bin's share of the rows have, or more, gets a bin of its own, but for the rows just below it where they
 * are less than half a share; the other rows share the bins that are left. So values that pile up cost one bin each, and none of those that tell the rare values apart (LightGBM's rule).
 */
function shareRows(sorted: usize, present: i32, maxBins: i32, cuts: usize, middles: usize): i32 {
  const heavy = <i32>Math.ceil(<f64>present / <f64>maxBins);
  let rows = present;
  let bins = maxBins;
  for (let from = 0, until = 0; from < present; from = until) {
    until = endOfRun(sorted, present, from);
    if (until - from < heavy) continue;
    rows -= until - from;
    bins--;
  }
  let share = <f64>rows / <f64>bins;
  let count = 0;
  let last = 0;
  let until = endOfRun(sorted, present, 0);
  for (let from = 0; until < present && count < maxBins - 1; ) {
    const next = endOfRun(sorted, present, until);
    const isHeavy = until - from >= heavy;
    if (!isHeavy) rows -= until - from;
    const held = <f64>(until - last);
    if (isHeavy || held >= share || (next - until >= heavy && held >= share * 0.5)) {
      storeMiddle(middles, count, sorted, last, until);
      storeCut(cuts, count++, sorted, until);
      last = until;
      if (!isHeavy) share = <f64>rows / <f64>--bins;
    }
    from = until;
    until = next;
  }
  storeMiddle(middles, count, sorted, last, present);
  return count;
}

/** Where the sorted values that equal the one at `from` end. */
function endOfRun(sorted: usize, present: i32, from: i32): i32 {
  let until = from + 1;
  while (until < present && !differs(sorted, until)) until++;
  return until;
}

/** What stands for sorted values `from` to `until − 1`. */
function storeMiddle(middles: usize, bin: i32, sorted: usize, from: i32, until: i32): void {
  const least = numberOfKey(load<u64>(sorted + ((<usize>from) << 3)));
  const largest = numberOfKey(load<u64>(sorted + ((<usize>(until - 1)) << 3)));
  store<f64>(middles + ((<usize>bin) << 3), least * 0.5 + largest * 0.5);
}

function differs(sorted: usize, i: i32): bool {
  const at = sorted + ((<usize>i) << 3);
  return load<u64>(at) != load<u64>(at - 8);
}

/** The cut between sorted values i − 1 and i: values up to it go left. */
function storeCut(cuts: usize, cut: i32, sorted: usize, i: i32): void {
  const at = sorted + ((<usize>i) << 3);
  const below = numberOfKey(load<u64>(at - 8));
  const above = numberOfKey(load<u64>(at));
  // Halves first: the sum of two large values would overflow.
  const middle = below * 0.5 + above * 0.5;
  store<f64>(cuts + ((<usize>cut) << 3), middle >= above || middle < below ? below : middle);
}

/** Writes the bin of each value to `codes`, `stride` bytes apart: a search without branches over padded cuts. */
export function codeColumnInto(
  values: usize,
  rows: i32,
  cuts: usize,
  cutCount: i32,
  missing: u8,
  codes: usize,
  stride: usize,
): void {
  const first: usize = cutCount == 0 ? 0 : (<usize>1) << (31 - clz(cutCount));
  let to = codes;
  for (let i: usize = 0; i < <usize>rows; i++) {
    const value = load<f64>(values + (i << 3));
    let bin: usize = 0;
    for (let step = first; step > 0; step >>= 1) {
      bin += value > load<f64>(cuts + ((bin + step - 1) << 3)) ? step : 0;
    }
    store<u8>(to, value != value ? missing : <u8>bin);
    to += stride;
  }
}
