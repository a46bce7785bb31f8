import type { BlendPart } from '../domain/blend.ts';
import type { Digest } from '../domain/digest.ts';
import { digestJson } from '../frame/digest.ts';
import type { SideScores } from './evaluate-facts.ts';

/** Models that answer for a partition together: their predictions, weighted; the weights add to 1. */
export type Blend = {
  readonly parts: readonly BlendPart[];
  /** By fold, the own model's weight as the other folds have it: what the nested score was taken with. */
  readonly withoutFold: readonly number[];
  /** Null before the totals are known. */
  readonly scores: SideScores | null;
};

/** What is left of a weight in hundredths, in hundredths. */
export function restOf(weight: number): number {
  return (100 - Math.round(100 * weight)) / 100;
}

/** An own model and another one; the own one's weight is in hundredths. */
export function blendParts(
  own: Digest,
  other: Pick<BlendPart, 'rung' | 'model'>,
  weight: number,
): readonly BlendPart[] {
  return [
    { rung: 'own', model: own, weight },
    { ...other, weight: restOf(weight) },
  ];
}

/** A blend has no bytes of its own: what it answers follows from its models and their weights, and so does its digest. */
export function blendDigest(parts: readonly BlendPart[]): Digest {
  return digestJson({ blend: parts.map(({ model, weight }) => ({ model, weight })) });
}

/** The weighted sum of what several models say of the same rows; of one model, what it says. */
export function blendOutputs(
  outputs: readonly Float64Array[],
  weights: readonly number[],
): Float64Array {
  const [first] = outputs;
  if (first === undefined || outputs.length !== weights.length)
    throw new RangeError(
      `${outputs.length} outputs can't be blended by ${weights.length} weights.`,
    );
  if (outputs.length === 1) return first;
  return first.map((_, i) =>
    outputs.reduce((sum, output, k) => sum + (weights[k] as number) * (output[i] as number), 0),
  );
}
