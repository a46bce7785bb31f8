import { placeOf, recurringAscending } from './distinct-values.ts';
import type { Target } from './estimator.ts';
import { HASH_BYTES, hashRanks } from './row-order.ts';

/** What rows hold, 16 bytes per row each. */
export type RowContents = {
  /** Without id and weight: rows of equal hash differ in nothing that a model could learn from. */
  readonly rowHashes: Uint8Array;
  /** A number for each of the given rows: equal where rows are equal but for the target (`hashRanks`). */
  readonly featureRanks: (rows: Int32Array) => Float64Array;
  /** The whole row: tells copies apart where id or weight do. */
  readonly sourceHashes: Uint8Array;
};

export type Dealt = {
  /** `RowContents.rowHashes`, but different for every copy that is dealt by itself. */
  readonly rowHashes: Uint8Array;
  /** Rows that others equal in all but the target and that are dealt by themselves nevertheless. */
  readonly repeats: number;
};

/** An observation may be stored this often; what recurs more often is a property of the values. */
const MOST_COPIES = 4;
/**
 * From this share of recurring features on, all that recur are a property of the values: copies of one observation agree in
 * the target but for slips, and in a table of few values a cell of few rows agrees by chance. Of ½, ⅓ and ⅕ the last had
 * the cross-validation score nearest to the true one for partitions of 40 to 60 rows, and all were right for copies.
 */
const SHARE_OF_VALUES = 1 / 5;

/**
 * Says which of `rows` that hold the same move as one block. Copies of one observation must (a model would have seen what
 * it is judged on); observations that agree because their columns have few values must not (nothing to train on would be
 * left of them). Rows of equal features tell which it is: values recur with different targets, or more than four times.
 * Where that holds for a fifth of all features that recur, it holds for the partition. O(rows·log rows).
 */
export function dealCopies(rows: Int32Array, target: Target, contents: RowContents): Dealt {
  const recurring = findRecurring(rows, target, contents.featureRanks(rows));
  const alike = recurring.filter(({ isOfValues }) => isOfValues);
  const isOfTable = alike.length > 1 && alike.length >= SHARE_OF_VALUES * recurring.length;
  const dealt = isOfTable ? recurring : alike;
  const members = dealt.flatMap((group) => group.rows);
  return { rowHashes: numberCopies(members, contents), repeats: members.length };
}

type Recurring = { readonly rows: readonly number[]; readonly isOfValues: boolean };

/** Rows of equal features, where there are at least two. */
function findRecurring(
  rows: Int32Array,
  target: Target,
  ranks: Float64Array,
): readonly Recurring[] {
  const recurring = recurringAscending(ranks);
  if (recurring.length === 0) return [];
  const groups = Array.from(recurring, (): number[] => []);
  rows.forEach((row, i) => {
    const place = placeOf(ranks[i] as number, recurring);
    if (recurring[place] === ranks[i]) groups[place]?.push(row);
  });
  const valueOf = target.kind === 'classes' ? target.codes : target.values;
  return groups.map((group) => ({
    rows: group,
    isOfValues: group.length > MOST_COPIES || new Set(group.map((row) => valueOf[row])).size > 1,
  }));
}

/** Copies are numbered in the order of their whole rows, so that neither places nor ids decide what a fold holds. */
function numberCopies(
  members: readonly number[],
  { rowHashes, sourceHashes }: RowContents,
): Uint8Array {
  if (members.length === 0) return rowHashes;
  const numbered = rowHashes.slice();
  const view = new DataView(numbered.buffer);
  const rows = Int32Array.from(members);
  const keys = hashRanks(rows, rowHashes, 0);
  const order = hashRanks(rows, sourceHashes, 0);
  const places = Int32Array.from(rows.keys()).sort(
    (a, b) =>
      (keys[a] as number) - (keys[b] as number) || (order[a] as number) - (order[b] as number),
  );
  let copy = 0;
  for (let i = 1; i < places.length; i++) {
    const [before, place] = [places[i - 1] as number, places[i] as number];
    copy = keys[place] === keys[before] ? copy + 1 : 0;
    const at = (rows[place] as number) * HASH_BYTES;
    view.setUint32(at, view.getUint32(at) ^ copy);
  }
  return numbered;
}
