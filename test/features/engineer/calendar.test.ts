import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { engineer } from '../../../src/features/engineer/engineer.ts';
import {
  civilFromDays,
  daysFromCivil,
  offsetsOf,
} from '../../../src/features/engineer/local-time.ts';
import type { Frame } from '../../../src/frame/frame.ts';
import { frameOf, listed, times } from '../frames.ts';

function partsOf(text: string | null, timezone = 'UTC') {
  return partsOfRow(engineer(frameOf(times('at', [text])), [{ calendar: 'at' }], { timezone }), 0);
}

function partsOfRow(frame: Frame, row: number) {
  return Object.fromEntries(
    frame.columns.flatMap((column) =>
      column.kind === 'number'
        ? [[column.name.slice('at_'.length), listed(column.values)[row]]]
        : [],
    ),
  );
}

describe('calendar', () => {
  it('reads every part of a timestamp', () => {
    expect(partsOf('2024-12-29T23:59:30Z')).toEqual({
      year: 2024,
      quarter: 4,
      month: 12,
      day: 29,
      weekday: 7,
      day_of_year: 364,
      is_weekend: 1,
      hour: 23,
      minute: 59,
    });
  });

  it('reads the clock of the zone on both sides of a change of daylight saving', () => {
    expect(partsOf('2026-03-29T00:59:59Z', 'Europe/Berlin')).toMatchObject({ hour: 1, minute: 59 });
    expect(partsOf('2026-03-29T01:00:00Z', 'Europe/Berlin')).toMatchObject({ hour: 3, minute: 0 });
    expect(partsOf('2026-10-25T00:59:59Z', 'Europe/Berlin')).toMatchObject({ hour: 2, minute: 59 });
    expect(partsOf('2026-10-25T01:00:00Z', 'Europe/Berlin')).toMatchObject({ hour: 2, minute: 0 });
  });

  it('moves the date where the zone is a day ahead, by parts of an hour too', () => {
    expect(partsOf('2025-12-31T18:20:00Z', 'Asia/Kathmandu')).toMatchObject({
      year: 2026,
      day: 1,
      hour: 0,
      minute: 5,
    });
    expect(partsOf('1969-12-31T23:59:59Z')).toMatchObject({ year: 1969, weekday: 3, hour: 23 });
  });

  it('leaves all parts of a missing timestamp missing', () => {
    expect(new Set(Object.values(partsOf(null)))).toEqual(new Set([null]));
  });

  it('refuses an unknown zone with the way out', () => {
    expect(() => partsOf('2026-01-01T00:00:00Z', 'Mars/Base')).toThrow(
      'data.timezone: "Mars/Base" is no known time zone. Use an IANA name such as Europe/Berlin.',
    );
  });

  it('agrees with the zone database at every instant', () => {
    const zones = fc.constantFrom(
      'Europe/Berlin',
      'America/St_Johns',
      'Australia/Lord_Howe',
      'Africa/Casablanca',
    );
    const seconds = fc.integer({ min: Date.UTC(1970, 0) / 1000, max: Date.UTC(2035, 0) / 1000 });
    fc.assert(
      fc.property(zones, seconds, (zone, second) => {
        const shown = new Intl.DateTimeFormat('sv-SE', {
          timeZone: zone,
          dateStyle: 'short',
          timeStyle: 'medium',
        });
        const local = Date.parse(`${shown.format(second * 1000).replace(' ', 'T')}Z`) / 1000;
        expect(offsetsOf(zone)(second)).toBe(local - second);
      }),
    );
  });
});

describe('civil dates', () => {
  it('go to days and back as the built-in calendar has them', () => {
    fc.assert(
      fc.property(fc.integer({ min: -800_000, max: 800_000 }), (days) => {
        const date = new Date(days * 86_400_000);
        const civil = civilFromDays(days);
        expect(civil).toEqual({
          year: date.getUTCFullYear(),
          month: date.getUTCMonth() + 1,
          day: date.getUTCDate(),
        });
        expect(daysFromCivil(civil.year, civil.month, civil.day)).toBe(days);
      }),
    );
  });
});
