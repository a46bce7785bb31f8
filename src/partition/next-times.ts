const DAY = 86_400e6;
/** The rows that tell how far apart rows are: an old rhythm is no longer that of today. */
const LOOKED_AT = 100;

/**
 * The times of the next rows, µs UTC: `every` after one another, or as the last rows stand: on the same day of every
 * month, else by the median of their distances. Null where they tell no distance. `times`: ascending, none missing.
 */
export function nextTimes(
  times: Float64Array,
  count: number,
  every: number | null,
): Float64Array | null {
  const last = times.at(-1);
  if (last === undefined) return null;
  const months = every === null ? monthsBetween(times.slice(-LOOKED_AT)) : null;
  const distance = every ?? medianDistance(times.slice(-LOOKED_AT));
  if (months === null && distance === null) return null;
  return Float64Array.from({ length: count }, (_, i) =>
    months === null ? last + (i + 1) * (distance as number) : addMonths(last, (i + 1) * months),
  );
}

function medianDistance(times: Float64Array): number | null {
  const distances = distancesOf(times).sort();
  return distances[Math.floor(distances.length / 2)] ?? null;
}

function distancesOf(times: Float64Array): Float64Array {
  return times
    .subarray(1)
    .map((time, i) => time - (times[i] as number))
    .filter((distance) => distance > 0);
}

/** How many months apart rows are that stand on one day of the month; null where they do not. */
function monthsBetween(times: Float64Array): number | null {
  const distances = distancesOf(times);
  if (distances.length === 0 || distances.some((distance) => distance < 28 * DAY)) return null;
  const dates = Array.from(times, (time) => new Date(time / 1000));
  const days = new Set(dates.map((date) => date.getUTCDate()));
  if (days.size > 1) return null;
  const gaps = dates.slice(1).map((date, i) => monthOf(date) - monthOf(dates[i] as Date));
  return gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)] || null;
}

function monthOf(date: Date): number {
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
}

/** The same day and time of a later month, or that month's last day. */
function addMonths(micros: number, months: number): number {
  const date = new Date(micros / 1000);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return date.getTime() * 1000;
}
