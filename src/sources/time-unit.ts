/** Units of a numeric time by its largest value: seconds reach the year 5138, milliseconds too, and so on. */
export const UNITS = {
  seconds: { below: 1e11, micros: '* 1000000' },
  milliseconds: { below: 1e14, micros: '* 1000' },
  microseconds: { below: 1e17, micros: '' },
  nanoseconds: { below: Infinity, micros: '/ 1000' },
} as const;
export type TimeUnit = keyof typeof UNITS;

/** The unit that numbers up to `largest` most likely count in, and SQL that makes microseconds of them. */
export function unitOf(largest: number): { readonly unit: TimeUnit; readonly scale: string } {
  const units = Object.keys(UNITS) as TimeUnit[];
  const unit = units.find((one) => largest < UNITS[one].below) ?? 'nanoseconds';
  return { unit, scale: UNITS[unit].micros };
}
