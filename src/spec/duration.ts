import { z } from 'zod';

const MICROS = { s: 1e6, min: 60e6, h: 3600e6, d: 86_400e6, w: 7 * 86_400e6 } as const;
const PATTERN = /^([1-9]\d{0,8}) ?(s|min|h|d|w)$/;

/** A span of time as people write it: a whole number and its unit. */
export const duration = z
  .string()
  .regex(PATTERN, 'Write a whole number and s, min, h, d or w, for example `7d`.');

/** Microseconds of a checked duration; 0 where there is none. */
export function durationMicros(text: string | undefined): number {
  if (text === undefined) return 0;
  const [, count, unit] = PATTERN.exec(text) ?? [];
  if (unit === undefined) throw new RangeError(`"${text}" is no duration.`);
  return Number(count) * MICROS[unit as keyof typeof MICROS];
}
