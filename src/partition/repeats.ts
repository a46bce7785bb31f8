import { EXCLUDED, TRAINING_ONLY } from '../estimators/folds.ts';
import { takeTarget } from '../features/take-target.ts';
import { takeNumbers } from '../frame/frame.ts';
import type { Spec } from '../spec/spec.ts';
import type { PartitionData } from './partition-function.ts';
import type { Predictions } from './predictions.ts';
import type { Truth } from './truth.ts';

/**
 * Repeated cross-validation: the rows that are scored are dealt to other folds in every repeat, the holdout stays. Stored
 * predictions have the candidates of one repeat after those of another, and the holdout's layer last. What compares and
 * scores sees a copy of the rows for each repeat, whose folds go on counting: fold f of repeat r is r · folds + f.
 */
export function repeatsOf({ validate }: Pick<Spec, 'validate'>): number {
  return validate.repeats ?? 1;
}

/** Of stored predictions. */
export function storedLayers(candidates: number, repeats: number): number {
  return candidates * repeats + 1;
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

/** Of stored predictions, those of each repeat by themselves; the first has the holdout's layer, in the others it is empty. */
export function splitRepeats(stored: Predictions, repeats: number): readonly Predictions[] {
  if (repeats === 1) return [stored];
  const { rowCount, width } = stored;
  const candidates = (stored.layers - 1) / repeats;
  return Array.from({ length: repeats }, (_, repeat) => {
    const layers = candidates + 1;
    const values = new Float64Array(rowCount * layers * width).fill(Number.NaN);
    for (let row = 0; row < rowCount; row++) {
      const from = (row * stored.layers + repeat * candidates) * width;
      const to = row * layers * width;
      values.set(stored.values.subarray(from, from + candidates * width), to);
      const last = (row * stored.layers + stored.layers - 1) * width;
      if (repeat === 0)
        values.set(stored.values.subarray(last, last + width), to + candidates * width);
    }
    return { rowCount, layers, width, values };
  });
}

/** The inverse of `splitRepeats`. */
export function joinRepeats(parts: readonly Predictions[]): Predictions {
  const [first] = parts;
  if (first === undefined) throw new RangeError('There are no predictions to join.');
  if (parts.length === 1) return first;
  const { rowCount, width } = first;
  const candidates = first.layers - 1;
  const layers = storedLayers(candidates, parts.length);
  const values = new Float64Array(rowCount * layers * width);
  for (let row = 0; row < rowCount; row++) {
    const from = row * first.layers * width;
    const to = row * layers * width;
    parts.forEach((part, repeat) => {
      const own = part.values.subarray(from, from + candidates * width);
      values.set(own, to + repeat * candidates * width);
    });
    const last = first.values.subarray(from + candidates * width, from + first.layers * width);
    values.set(last, to + (layers - 1) * width);
  }
  return { rowCount, layers, width, values };
}

/** One copy of the rows after the other. */
export function stackRepeats(parts: readonly Predictions[]): Predictions {
  const [first] = parts;
  if (first === undefined) throw new RangeError('There are no predictions to stack.');
  if (parts.length === 1) return first;
  const values = new Float64Array(first.values.length * parts.length);
  parts.forEach((part, repeat) => {
    values.set(part.values, repeat * first.values.length);
  });
  return { ...first, rowCount: first.rowCount * parts.length, values };
}

/** The inverse of `stackRepeats`; views, no copies. */
export function unstackRepeats(stacked: Predictions, repeats: number): readonly Predictions[] {
  const rowCount = stacked.rowCount / repeats;
  const size = stacked.values.length / repeats;
  return Array.from({ length: repeats }, (_, repeat) => ({
    ...stacked,
    rowCount,
    values: stacked.values.subarray(repeat * size, (repeat + 1) * size),
  }));
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
