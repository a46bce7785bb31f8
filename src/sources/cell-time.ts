import type { Cell } from './cell-text.ts';

const TIME =
  /^(\d{4})[-/](\d{2})[-/](\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(?: ?(Z|UTC|[+-]\d{2}(?::?\d{2})?))?)?$/;

/** Units of a numeric time by its largest value, as in `typed-column.ts`. */
const UNITS = [
  { below: 1e11, micros: 1e6 },
  { below: 1e14, micros: 1e3 },
  { below: 1e17, micros: 1 },
  { below: Infinity, micros: 1e-3 },
];

/** Reads times of one column: texts such as `2026-01-31T12:00:00Z`, in the zone where they name none, or numbers since 1970. */
export class CellTimes {
  readonly #format: Intl.DateTimeFormat | null;
  readonly #microsPerUnit: number;

  /** `cells`: the whole column, since the largest number tells the unit. */
  constructor(timezone: string, cells: readonly Cell[]) {
    this.#format =
      timezone === 'UTC'
        ? null
        : new Intl.DateTimeFormat('en-US', { ...CLOCK, timeZone: timezone });
    const largest = cells.reduce<number>(
      (most, cell) => (typeof cell === 'number' ? Math.max(most, Math.abs(cell)) : most),
      0,
    );
    this.#microsPerUnit = UNITS.find(({ below }) => largest < below)?.micros ?? 1;
  }

  /** Microseconds since 1970 UTC; NaN where it is no time. */
  microsOf(cell: Cell): number {
    if (typeof cell === 'number') return Math.round(cell * this.#microsPerUnit);
    if (typeof cell !== 'string') return Number.NaN;
    const parts = TIME.exec(cell);
    if (parts === null) return Number.NaN;
    const [, year, month, day, hour = '00', minute = '00', second = '00', fraction, zone] = parts;
    const milliseconds = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
    const offset = zone === undefined ? this.#offsetAt(milliseconds) : offsetOf(zone);
    const micros = fraction === undefined ? 0 : Math.floor(Number(`0.${fraction}`) * 1e6 + 1e-6);
    return (milliseconds - offset) * 1000 + micros;
  }

  /** Milliseconds that clocks of the zone are ahead of UTC when they show this time. */
  #offsetAt(shown: number): number {
    if (this.#format === null || Number.isNaN(shown)) return 0;
    const first = shown - clock(this.#format, shown);
    const utc = shown + first;
    // Near a change of the clocks the offset of the guess is not that of the time itself.
    return clock(this.#format, utc) - utc;
  }
}

const CLOCK = {
  hourCycle: 'h23',
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
} as const;

/** What clocks of the zone show at a UTC time, both as milliseconds. */
function clock(format: Intl.DateTimeFormat, utc: number): number {
  const part: { [type: string]: number } = {};
  for (const { type, value } of format.formatToParts(utc)) part[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

function offsetOf(zone: string): number {
  const [, sign, hours, minutes = '0'] = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone) ?? [];
  if (hours === undefined) return 0;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}
