// A lone tree does not earn the binning of its rows back: there values meet the cuts themselves.
import { allocate } from './arena';
import { spend } from './patience';
import { addLeaf } from './predict';

/** Rows that go down side by side: each waits for memory while the others go on. */
const WALKS: i32 = 8;

/**
 * A tree without splits of levels, node by node: its cut (f64), then `column | missingRight << 16` and its left child. A
 * leaf leads to itself, so that a row that has come to one can wait there for the others.
 */
export function layOutTree(nodes: usize, nodeCount: i32, cuts: usize, cutStarts: usize): usize {
  const laidOut = allocate((<usize>nodeCount) << 4);
  for (let node = 0; node < nodeCount; node++) {
    const from = nodes + ((<usize>node) << 3);
    const to = laidOut + ((<usize>node) << 4);
    const word = load<u32>(from);
    const child = load<i32>(from, 4);
    if (child < 0) {
      store<f64>(to, Infinity);
      store<u32>(to, 0, 8);
      store<i32>(to, node, 12);
      continue;
    }
    const column = word & 0xffff;
    const missingLeft = (word >> 16) & 1;
    const cut = load<u32>(cutStarts + ((<usize>column) << 2)) + (word >> 24) - missingLeft;
    store<f64>(to, load<f64>(cuts + ((<usize>cut) << 3)));
    store<u32>(to, column | ((1 - missingLeft) << 16), 8);
    store<i32>(to, child, 12);
  }
  return laidOut;
}

/**
 * Adds the leaves of the tree that `layOutTree` made of `nodes` to `out` (f64, row-major, `width` per row). `x` is
 * column-major, with 56 bytes to read after its end.
 */
export function addLoneTree(
  nodes: usize,
  laidOut: usize,
  values: usize,
  width: i32,
  x: usize,
  rows: i32,
  out: usize,
): void {
  const stride = (<usize>rows) << 3;
  for (let i = 0; i < rows; i += WALKS) {
    const row = x + ((<usize>i) << 3);
    let a: usize = 0;
    let b: usize = 0;
    let c: usize = 0;
    let d: usize = 0;
    let e: usize = 0;
    let f: usize = 0;
    let g: usize = 0;
    let h: usize = 0;
    for (;;) {
      const a1 = step(laidOut, a, row, stride);
      const b1 = step(laidOut, b, row + 8, stride);
      const c1 = step(laidOut, c, row + 16, stride);
      const d1 = step(laidOut, d, row + 24, stride);
      const e1 = step(laidOut, e, row + 32, stride);
      const f1 = step(laidOut, f, row + 40, stride);
      const g1 = step(laidOut, g, row + 48, stride);
      const h1 = step(laidOut, h, row + 56, stride);
      const moves =
        (a ^ a1) | (b ^ b1) | (c ^ c1) | (d ^ d1) | (e ^ e1) | (f ^ f1) | (g ^ g1) | (h ^ h1);
      if (moves == 0) break;
      a = a1;
      b = b1;
      c = c1;
      d = d1;
      e = e1;
      f = f1;
      g = g1;
      h = h1;
    }
    const to = out + ((<usize>i * <usize>width) << 3);
    const count = rows - i;
    const bytes = (<usize>width) << 3;
    addLeaf(values, nodeAt(nodes, a), width, to);
    if (count > 1) addLeaf(values, nodeAt(nodes, b), width, to + bytes);
    if (count > 2) addLeaf(values, nodeAt(nodes, c), width, to + 2 * bytes);
    if (count > 3) addLeaf(values, nodeAt(nodes, d), width, to + 3 * bytes);
    if (count > 4) addLeaf(values, nodeAt(nodes, e), width, to + 4 * bytes);
    if (count > 5) addLeaf(values, nodeAt(nodes, f), width, to + 5 * bytes);
    if (count > 6) addLeaf(values, nodeAt(nodes, g), width, to + 6 * bytes);
    if (count > 7) addLeaf(values, nodeAt(nodes, h), width, to + 7 * bytes);
    spend(128);
  }
}

function nodeAt(nodes: usize, node: usize): i64 {
  return load<i64>(nodes + (node << 3));
}

/** The child where a row goes on: the right one where its value is above the cut, or missing and not for the left. */
function step(laidOut: usize, node: usize, row: usize, stride: usize): usize {
  const at = laidOut + (node << 4);
  const word = load<u64>(at, 8);
  const value = load<f64>(row + <usize>(word & 0xffff) * stride);
  const isAbove = <usize>(value > load<f64>(at));
  const isMissing = <usize>(value != value) & (<usize>(word >> 16) & 1);
  return <usize>(word >> 32) + (isAbove | isMissing);
}
