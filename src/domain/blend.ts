import type { Digest } from './digest.ts';
import type { Scope } from './run.ts';

/** One of the models that answer for a partition together, and how much of it answers: hundredths of 1. */
export type BlendPart = { readonly rung: Scope; readonly model: Digest; readonly weight: number };

/** `37 % own, 63 % global`. */
export function blendText(parts: readonly Pick<BlendPart, 'rung' | 'weight'>[]): string {
  return parts.map(({ rung, weight }) => `${Math.round(100 * weight)} % ${rung}`).join(', ');
}
