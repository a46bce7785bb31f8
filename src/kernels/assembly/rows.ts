// The rows of a node are a range of one list; a split divides the range in place and keeps their order.
import { Bins, codesOf, cutCountOf } from './bins';

/** Whether the last split saw a row without a value in its column. */
export let splitSawMissing: bool = false;

/**
 * Moves the rows of [begin, end) that go left before those that go right, both in their old order, and answers where
 * the right ones begin. `list` and `spare` hold u32.
 */
export function divideRows(
  bins: Bins,
  column: i32,
  cut: i32,
  missingLeft: bool,
  list: usize,
  spare: usize,
  begin: i32,
  end: i32,
): i32 {
  const codes = codesOf(bins, column);
  const missing = <u32>(cutCountOf(bins, column) + 1);
  let to = list + ((<usize>begin) << 2);
  let aside = spare;
  let saw: u32 = 0;
  const stop = list + ((<usize>end) << 2);
  for (let from = to; from < stop; from += 4) {
    const row = load<u32>(from);
    const code = <u32>load<u8>(codes + <usize>row);
    const isMissing = <u32>(code == missing);
    saw |= isMissing;
    const left = isMissing ? <u32>missingLeft : <u32>(code <= <u32>cut);
    store<u32>(to, row);
    store<u32>(aside, row);
    to += left << 2;
    aside += (1 - left) << 2;
  }
  memory.copy(to, spare, aside - spare);
  splitSawMissing = saw != 0;
  return <i32>((to - list) >> 2);
}

/** The same for a split of levels: the bins that `subset` (256 bits) names go left. */
export function divideRowsBySubset(
  bins: Bins,
  column: i32,
  subset: usize,
  list: usize,
  spare: usize,
  begin: i32,
  end: i32,
): i32 {
  const codes = codesOf(bins, column);
  let to = list + ((<usize>begin) << 2);
  let aside = spare;
  const stop = list + ((<usize>end) << 2);
  for (let from = to; from < stop; from += 4) {
    const row = load<u32>(from);
    const left = inSubset(subset, load<u8>(codes + <usize>row));
    store<u32>(to, row);
    store<u32>(aside, row);
    to += left << 2;
    aside += (1 - left) << 2;
  }
  memory.copy(to, spare, aside - spare);
  return <i32>((to - list) >> 2);
}

/** 1 where a subset names the bin, else 0. */
export function inSubset(subset: usize, bin: u8): u32 {
  return (<u32>load<u8>(subset + <usize>(bin >> 3)) >> (<u32>bin & 7)) & 1;
}
