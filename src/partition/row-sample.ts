import type { RowRange } from '../frame/frame.ts';

/** Each member of a union keeps this many rows (or all it has), so that small partitions are heard in the global model. */
const MEMBER_FLOOR = 50;

/**
 * At most `limit` of the given rows (ascending), those with the lowest row hashes: the same whatever the order in which
 * members come. Every member keeps up to `MEMBER_FLOOR` of its rows, fewer when members × floor is beyond the limit.
 * O(rows·log rows) when rows have to go, else O(1).
 */
export function sampleRows(
  rows: Int32Array,
  {
    limit,
    rowHashes,
    members,
  }: {
    readonly limit: number;
    /** 16 bytes per row of the frame. */
    readonly rowHashes: Uint8Array;
    readonly members: readonly RowRange[];
  },
): Int32Array {
  if (rows.length <= limit) return rows;
  if (rowHashes.length === 0) throw new RangeError('A sample needs the hashes of the rows.');
  const prefixes = hashPrefixes(rowHashes);
  const byHash = (a: number, b: number): number =>
    (prefixes[a] as number) - (prefixes[b] as number) || a - b;
  const floor = Math.min(MEMBER_FLOOR, Math.floor(limit / Math.max(1, members.length)));
  const kept: number[] = [];
  const rest: number[] = [];
  let at = 0;
  for (const { start, count } of members) {
    const from = at;
    while (at < rows.length && (rows[at] as number) < start + count) at++;
    const ordered = rows.slice(from, at).sort(byHash);
    kept.push(...ordered.subarray(0, floor));
    for (const row of ordered.subarray(floor)) rest.push(row);
  }
  const filled = Int32Array.from(rest)
    .sort(byHash)
    .subarray(0, limit - kept.length);
  return Int32Array.from([...kept, ...filled]).sort();
}

/** The rows in an order that depends on what they hold, never on where they lie. */
export function inHashOrder(rows: Int32Array, rowHashes: Uint8Array): Int32Array {
  const prefixes = hashPrefixes(rowHashes);
  return rows.toSorted((a, b) => (prefixes[a] as number) - (prefixes[b] as number) || a - b);
}

/** The first six bytes of each row hash: exact in a double. */
function hashPrefixes(rowHashes: Uint8Array): Float64Array {
  const view = new DataView(rowHashes.buffer, rowHashes.byteOffset, rowHashes.byteLength);
  const prefixes = new Float64Array(rowHashes.length / 16);
  for (let row = 0; row < prefixes.length; row++)
    prefixes[row] = view.getUint32(row * 16) * 2 ** 16 + view.getUint16(row * 16 + 4);
  return prefixes;
}
