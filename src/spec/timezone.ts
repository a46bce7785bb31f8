import { z } from 'zod';
import { nearestName } from '../domain/nearest-name.ts';

/** An IANA time zone that this Node knows; an offset such as `+02:00` has no summer time and is refused. */
export const timezoneName = z
  .string()
  .max(100)
  .refine(isTimezone, { error: ({ input }) => unknownTimezone(String(input)) });

function isTimezone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

function unknownTimezone(name: string): string {
  const near = nearestName(name, Intl.supportedValuesOf('timeZone'));
  const way =
    near === undefined ? 'Use an IANA name such as `Europe/Berlin`.' : `Did you mean \`${near}\`?`;
  return `"${name}" is no known time zone. ${way}`;
}
