// Extremely randomised trees (Geurts, Ernst and Wehenkel, 2006): one cut per column, drawn evenly over the values of the
// node. To the search a column has two bins then, the sides of the cut, and a third one for missing values.
import { codesOf, cutCountOf, cutsOf, middleOfBin } from './bins';
import { Cart } from './cart';
import { offerCuts } from './node-cut';
import { addRow, occupyUpTo, strideOf } from './node-sums';
import { randomUnit } from './random';

const MISSING: i32 = 2;

let lowest: i32 = 0;
let highest: i32 = 0;
let sawMissing: bool = false;

/** Offers one drawn cut of the column; false when it is constant in this node. */
export function drawCut<Target>(cart: Cart, column: i32): bool {
  findRange(cart, column);
  const every = cutCountOf(cart.bins, column);
  const isConstant = lowest >= highest;
  if (isConstant && (!sawMissing || highest < 0)) return false;
  const cut = isConstant ? every : drawBetween(cart, column);
  sumSides<Target>(cart, column, cut);
  const before = cart.bestColumn;
  cart.bestColumn = -1;
  offerCuts<Target>(cart, column, MISSING, false);
  if (sawMissing) offerCuts<Target>(cart, column, MISSING, true);
  if (cart.bestColumn < 0) cart.bestColumn = before;
  else cart.bestCut = cart.bestCut == 0 ? cut : every;
  return true;
}

/** The bins of the node's least and largest value, and whether a value is missing; `highest` < 0 = all are. */
function findRange(cart: Cart, column: i32): void {
  const codes = codesOf(cart.bins, column);
  const missing = cutCountOf(cart.bins, column) + 1;
  const end = cart.rows + ((<usize>cart.end) << 2);
  lowest = missing;
  highest = -1;
  sawMissing = false;
  for (let at = cart.rows + ((<usize>cart.begin) << 2); at < end; at += 4) {
    const code = <i32>load<u8>(codes + <usize>load<u32>(at));
    const isMissing = code == missing;
    sawMissing = sawMissing || isMissing;
    lowest = min(lowest, code);
    highest = max(highest, isMissing ? -1 : code);
  }
}

function drawBetween(cart: Cart, column: i32): i32 {
  const share = randomUnit();
  const bins = cart.bins;
  const drawn =
    (1.0 - share) * middleOfBin(bins, column, lowest) + share * middleOfBin(bins, column, highest);
  let cut = lowest;
  while (cut + 1 < highest && middleOfBin(bins, column, cut + 1) <= drawn) cut++;
  return cut;
}

function sumSides<Target>(cart: Cart, column: i32, cut: i32): void {
  const stride = strideOf<Target>(cart);
  const histogram = cart.histogram;
  memory.fill(histogram, 0, 3 * stride);
  occupyUpTo(cart, MISSING);
  const codes = codesOf(cart.bins, column);
  const missing = cutCountOf(cart.bins, column) + 1;
  const list = cart.rows + ((<usize>cart.begin) << 2);
  const count = <usize>(cart.end - cart.begin);
  for (let i: usize = 0; i < count; i++) {
    const code = <i32>load<u8>(codes + <usize>load<u32>(list + (i << 2)));
    const side = <usize>(code > cut) + <usize>(code == missing);
    addRow<Target>(histogram + side * stride, cart.payload + (i << 4));
  }
}
