import type { Supports } from '../../../estimators/estimator.ts';
import type { ScaleRule } from '../scaling.ts';

/** One column of text in the training rows, as its encodings see it. */
export type TrainingLevels = {
  readonly column: string;
  /** Those that occur, in code-unit order. */
  readonly levels: readonly string[];
  /** Per training row an index into `levels`; −1 = missing (never, where a rule fills). */
  readonly codes: Int32Array;
  readonly scale: ScaleRule;
  readonly supports: Pick<Supports, 'missing'>;
};

/** Rows per level; the last entry counts missing ones. */
export function countLevels({ levels, codes }: TrainingLevels): Float64Array {
  const counts = new Float64Array(levels.length + 1);
  for (const code of codes) {
    const at = code < 0 ? levels.length : code;
    counts[at] = (counts[at] as number) + 1;
  }
  return counts;
}
