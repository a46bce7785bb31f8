import type { Column, Frame } from '../../frame/frame.ts';
import { numbersOf } from './column-values.ts';
import { civilFromDays, daysFromCivil, offsetsOf } from './local-time.ts';
import { numberColumn, numberShapes, type Step } from './step.ts';

const DAY_SECONDS = 86_400;

type PartsOfDay = {
  readonly year: number;
  readonly quarter: number;
  /** 1–12. */
  readonly month: number;
  readonly day: number;
  /** ISO: 1 = Monday … 7 = Sunday. */
  readonly weekday: number;
  /** 1–366. */
  readonly day_of_year: number;
  /** 1 on Saturday and Sunday, else 0. */
  readonly is_weekend: number;
};
const DAY_PARTS = [
  'year',
  'quarter',
  'month',
  'day',
  'weekday',
  'day_of_year',
  'is_weekend',
] as const satisfies readonly (keyof PartsOfDay)[];
const PARTS = [...DAY_PARTS, 'hour', 'minute'] as const;

/** The parts of a timestamp on a wall clock in `data.timezone`: `<column>_year`, `_quarter`, `_month` … `_minute`. */
export function calendar(column: string): Step {
  const names = PARTS.map((part) => `${column}_${part}`);
  return {
    inputs: [{ name: column, kinds: ['time'] }],
    outputs: () => numberShapes(names),
    compute: (frame, { timezone }) => compute(frame, column, timezone),
  };
}

function compute(frame: Frame, column: string, timezone: string): readonly Column[] {
  const micros = numbersOf(frame, column);
  const parts = new Map(PARTS.map((part) => [part, new Float64Array(micros.length).fill(NaN)]));
  const offsetAt = offsetsOf(timezone);
  const days = new Map<number, PartsOfDay>();
  for (let row = 0; row < micros.length; row++) {
    const utcSeconds = Math.floor((micros[row] as number) / 1e6);
    const localSeconds = utcSeconds + offsetAt(utcSeconds);
    if (Number.isNaN(localSeconds)) continue;
    const day = Math.floor(localSeconds / DAY_SECONDS);
    const ofDay = days.get(day) ?? partsOfDay(day);
    days.set(day, ofDay);
    for (const part of DAY_PARTS) (parts.get(part) as Float64Array)[row] = ofDay[part];
    const secondOfDay = localSeconds - day * DAY_SECONDS;
    (parts.get('hour') as Float64Array)[row] = Math.floor(secondOfDay / 3600);
    (parts.get('minute') as Float64Array)[row] = Math.floor((secondOfDay % 3600) / 60);
  }
  return [...parts].map(([part, values]) => numberColumn(`${column}_${part}`, values));
}

function partsOfDay(days: number): PartsOfDay {
  const { year, month, day } = civilFromDays(days);
  // 1970-01-01 was a Thursday.
  const weekday = ((((days + 3) % 7) + 7) % 7) + 1;
  return {
    year,
    quarter: Math.ceil(month / 3),
    month,
    day,
    weekday,
    day_of_year: days - daysFromCivil(year, 1, 1) + 1,
    is_weekend: weekday >= 6 ? 1 : 0,
  };
}
