// A call out of the module costs as much as dozens of additions, so work is counted and the host asked now and then.
import { poll } from './host';

/** Simple steps (one cell of a table each) between two looks at the stop flag: about a millisecond. */
const STEPS_PER_POLL: i64 = 1 << 20;

let left: i64 = STEPS_PER_POLL;

/** Counts `steps` done; asks the host when enough have gone by. */
export function spend(steps: i64): void {
  left -= steps;
  if (left > 0) return;
  left = STEPS_PER_POLL;
  poll();
}
