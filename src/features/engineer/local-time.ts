import { Failure } from '../../domain/failure.ts';

const DAY_SECONDS = 86_400;
/** Beyond this a JavaScript date, and with it the zone database, ends (±271,821 years). */
const MAX_SECONDS = 8.64e12;

/** Seconds to add to a time in UTC (whole seconds since 1970) to read a clock in the zone; NaN beyond the calendar. */
export type OffsetAt = (utcSeconds: number) => number;

/**
 * The UTC offset of an IANA zone, daylight saving included. The zone database is asked at most twice per UTC day (and
 * bisected to the second on a day with a change), so a million rows cost about as much as their distinct days.
 * Throws `Failure('invalid-spec')` on an unknown zone.
 */
export function offsetsOf(timezone: string): OffsetAt {
  const clock = clockOf(timezone);
  const days = new Map<number, DayOffsets>();
  return (utcSeconds) => {
    if (!(Math.abs(utcSeconds) <= MAX_SECONDS - DAY_SECONDS)) return Number.NaN;
    const day = Math.floor(utcSeconds / DAY_SECONDS);
    let offsets = days.get(day);
    if (offsets === undefined) {
      offsets = dayOffsets(clock, day * DAY_SECONDS);
      days.set(day, offsets);
    }
    return utcSeconds < offsets.changeAt ? offsets.before : offsets.after;
  };
}

/** One change of offset per UTC day at most: no zone has ever had two. */
type DayOffsets = { readonly before: number; readonly after: number; readonly changeAt: number };

function dayOffsets(offsetAt: OffsetAt, start: number): DayOffsets {
  const before = offsetAt(start);
  const after = offsetAt(start + DAY_SECONDS - 1);
  if (before === after) return { before, after, changeAt: start };
  let [low, high] = [start, start + DAY_SECONDS - 1];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle) === before) low = middle;
    else high = middle;
  }
  return { before, after, changeAt: high };
}

function clockOf(timezone: string): OffsetAt {
  const format = formatOf(timezone);
  return (utcSeconds) => {
    const part: { [type: string]: string } = {};
    for (const { type, value } of format.formatToParts(utcSeconds * 1000)) part[type] = value;
    const yearOfEra = Number(part['year']);
    const year = part['era'] === 'B' ? 1 - yearOfEra : yearOfEra;
    const days = daysFromCivil(year, Number(part['month']), Number(part['day']));
    const local =
      days * DAY_SECONDS +
      Number(part['hour']) * 3600 +
      Number(part['minute']) * 60 +
      Number(part['second']);
    return local - utcSeconds;
  };
}

function formatOf(timezone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US-u-ca-gregory-nu-latn', {
      timeZone: timezone,
      hourCycle: 'h23',
      era: 'narrow',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (cause) {
    throw new Failure(
      'invalid-spec',
      `data.timezone: "${timezone}" is no known time zone. Use an IANA name such as Europe/Berlin.`,
      { cause },
    );
  }
}

/** Days since 1970-01-01 of a date in the proleptic Gregorian calendar (H. Hinnant, "chrono-compatible algorithms"). */
export function daysFromCivil(year: number, month: number, day: number): number {
  const y = month <= 2 ? year - 1 : year;
  const era = Math.floor(y / 400);
  const yearOfEra = y - era * 400;
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1;
  const dayOfEra =
    yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

export type CivilDate = { readonly year: number; readonly month: number; readonly day: number };

/** The inverse of `daysFromCivil`, from the same source. */
export function civilFromDays(days: number): CivilDate {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  );
  const dayOfYear =
    dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1,
  };
}
