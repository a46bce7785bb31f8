import { pollOf } from '../estimators/polling.ts';
import {
  contributionsOf,
  type ExplainedPart,
  explainedClasses,
  unexplainedBy,
} from './contributions.ts';
import type { ExplainArgs, ExplainedFacts } from './score-facts.ts';

/** Rows explained at once: their shares take rows × classes × columns doubles. */
const CHUNK = 256;

/**
 * Per row a class code (−1 = a value), what an average row gets, the shares of all columns that are not named, and for
 * so many columns, the weightiest first, the place of one and its share; NaN where there are fewer.
 */
export function doublesPerRow(columns: number): number {
  return 3 + 2 * columns;
}

/** The columns that move each prediction most (layout: `doublesPerRow`), or which algorithm can't say. */
export function topContributions(
  parts: readonly ExplainedPart[],
  output: Float64Array,
  { classes, positive, columns: asked }: ExplainArgs & { readonly classes: readonly string[] },
  stop: Int32Array | undefined,
): { readonly facts: ExplainedFacts; readonly values: Float64Array } {
  const because = unexplainedBy(parts.map(({ pipeline }) => pipeline));
  if (because !== undefined) return { facts: { because }, values: new Float64Array(0) };
  const spoken = explainedClasses(output, classes, positive);
  const width = doublesPerRow(asked);
  const values = new Float64Array(spoken.length * width).fill(Number.NaN);
  const poll = pollOf(stop);
  let facts: ExplainedFacts = { scale: 'value', columns: [] };
  for (let start = 0; start < spoken.length; start += CHUNK) {
    poll();
    const codes = spoken.subarray(start, start + CHUNK);
    const rows = Int32Array.from(codes, (_, i) => start + i);
    const { scale, columns, base, shares } = contributionsOf(parts, rows, codes);
    facts = { scale, columns };
    rows.forEach((row, i) => {
      const own = shares.subarray(i * columns.length, (i + 1) * columns.length);
      const into = values.subarray(row * width, (row + 1) * width);
      into[0] = codes[i] as number;
      into[1] = base[i] as number;
      nameTopInto(own, asked, into.subarray(2));
    });
  }
  return { facts, values };
}

/** Places of the shares, the largest first whatever their sign, of equals the first column. */
export function byWeight(shares: Float64Array): readonly number[] {
  const size = (place: number) => Math.abs(shares[place] as number);
  return [...shares.keys()].sort((a, b) => size(b) - size(a) || a - b);
}

function nameTopInto(shares: Float64Array, asked: number, into: Float64Array): void {
  const order = byWeight(shares);
  into[0] = order.slice(asked).reduce((sum, place) => sum + (shares[place] as number), 0);
  order.slice(0, asked).forEach((place, i) => {
    into[1 + 2 * i] = place;
    into[2 + 2 * i] = shares[place] as number;
  });
}
