import { EXCLUDED, TRAINING_ONLY } from '../estimators/folds.ts';
import { takeTarget } from '../features/take-target.ts';
import { takeNumbers } from '../frame/frame.ts';
import type { Spec } from '../spec/spec.ts';
import type { PartitionData } from './partition-function.ts';
import type { Truth } from './truth.ts';

/**
 * Repeated cross-validation: the rows that are scored are dealt to other folds in every repeat, the holdout stays. What
 * compares and scores sees a copy of the rows for each repeat (`Predictions.repeats`), whose folds go on counting: fold f of
 * repeat r is r · folds + f.
 */
export function repeatsOf({ validate }: Pick<Spec, 'validate'>): number {
  return validate.repeats ?? 1;
}

/** Folds of each repeat: `folds` has those of one after those of another. Views, no copies. */
export function foldsOfRepeats(
  { frame, folds }: Pick<PartitionData, 'frame' | 'folds'>,
  spec: Pick<Spec, 'validate'>,
): readonly [Uint8Array, ...Uint8Array[]] {
  const { rowCount } = frame;
  const repeats = repeatsOf(spec);
  if (folds?.length !== rowCount * repeats)
    throw new RangeError(`${rowCount} rows need ${repeats} folds each.`);
  const ofRepeat = (repeat: number): Uint8Array =>
    folds.subarray(repeat * rowCount, (repeat + 1) * rowCount);
  return [ofRepeat(0), ...Array.from({ length: repeats - 1 }, (_, i) => ofRepeat(i + 1))];
}

/** From the folds of partition after partition, each with all its repeats, those of the table: repeat after repeat. */
export function joinFolds(
  partitions: Uint8Array,
  counts: readonly number[],
  repeats: number,
): Uint8Array {
  if (repeats === 1) return partitions;
  const joined = new Uint8Array(partitions.length);
  const rowCount = partitions.length / repeats;
  let start = 0;
  for (const count of counts) {
    for (let repeat = 0; repeat < repeats; repeat++) {
      const from = start * repeats + repeat * count;
      joined.set(partitions.subarray(from, from + count), repeat * rowCount + start);
    }
    start += count;
  }
  return joined;
}

/** The folds of the copies; rows of no fold take part in the first copy only. */
export function stackFolds(folds: readonly Uint8Array[], count: number): Uint8Array {
  const [first] = folds;
  if (first === undefined || folds.length === 1) return first ?? new Uint8Array(0);
  const stacked = new Uint8Array(first.length * folds.length);
  folds.forEach((one, repeat) => {
    for (let row = 0; row < one.length; row++) {
      const code = one[row] as number;
      const elsewhere = repeat === 0 ? code : EXCLUDED;
      stacked[repeat * one.length + row] = code < TRAINING_ONLY ? repeat * count + code : elsewhere;
    }
  });
  return stacked;
}

/** Where the rows stand among the copies. */
export function rowsOfRepeat(rows: Int32Array, repeat: number, rowCount: number): Int32Array {
  return repeat === 0 ? rows : rows.map((row) => row + repeat * rowCount);
}

/** The truth of the copies, which are one observation each time. */
export function stackTruth(truth: Truth, rowCount: number, repeats: number): Truth {
  if (repeats === 1) return truth;
  const observations = Int32Array.from({ length: rowCount * repeats }, (_, i) => i % rowCount);
  return {
    ...truth,
    target: takeTarget(truth.target, observations),
    weights: truth.weights && takeNumbers(truth.weights, observations),
    scales: truth.scales && takeNumbers(truth.scales, observations),
    observations,
  };
}
