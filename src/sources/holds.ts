/** What a raw column holds, judged from all of its values. */
export type Holds =
  /** Integers and doubles that a double holds exactly or nearest. */
  | 'integer'
  | 'number'
  /** Integers at or beyond 2^53, which a double would round. */
  | 'wide_integer'
  | 'decimal'
  | 'boolean'
  /** Times with a zone, or text of which each value may have one. */
  | 'instant'
  | 'local_time'
  | 'time_text'
  | 'text'
  | 'nothing';

/** From here on doubles skip integers. */
export const FIRST_INEXACT = 9_007_199_254_740_992;
