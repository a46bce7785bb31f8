import type { OutputType } from './row-function.ts';

export type OutputValue = number | string | boolean | Date | null;

/**
 * A column of output as bytes: text as a JSON list; all else as doubles, where NaN = missing, booleans are 0 and 1, and
 * timestamps are microseconds since 1970 UTC.
 */
export function columnBytes(values: readonly OutputValue[], type: OutputType): Uint8Array {
  if (type === 'text') return Buffer.from(JSON.stringify(values));
  const numbers = Float64Array.from(values, (value) => {
    if (value === null) return Number.NaN;
    return value instanceof Date ? value.getTime() * 1000 : Number(value);
  });
  return new Uint8Array(numbers.buffer);
}

/** The texts in the bytes of such a column; null = missing. */
export function textsFromBytes(bytes: Uint8Array): readonly (string | null)[] {
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as readonly (string | null)[];
}

/** The numbers in the bytes of a column of any other type; NaN = missing. */
export function numbersFromBytes(bytes: Uint8Array): Float64Array {
  return new Float64Array(Uint8Array.from(bytes).buffer);
}
