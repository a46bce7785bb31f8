/** Which rows may train what is scored from `end` on, in µs UTC. */
export type TimeWindow = {
  /** Of every row of the partition. */
  readonly times: Float64Array;
  readonly end: number;
  /** So long before the end nothing trains. */
  readonly gap: number;
  /** What trains is at most this long; 0 = as long as there are rows. */
  readonly length: number;
};

/** Those of `rows` with `end − gap − length ≤ time < end − gap`, in their order. */
export function rowsInWindow(
  rows: Int32Array,
  { times, end, gap, length }: TimeWindow,
): Int32Array {
  const last = end - gap;
  const first = length === 0 ? Number.NEGATIVE_INFINITY : last - length;
  return rows.filter((row) => {
    const time = times[row] as number;
    return time >= first && time < last;
  });
}
