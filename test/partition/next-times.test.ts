import { describe, expect, it } from 'vitest';
import { nextTimes } from '../../src/partition/next-times.ts';

const micros = (texts: readonly string[]) =>
  Float64Array.from(texts, (text) => Date.parse(text) * 1000);
const isoOf = (times: Float64Array | null) =>
  Array.from(times ?? [], (time) => new Date(time / 1000).toISOString().slice(0, 16));

describe('the times of the next rows', () => {
  it('go on as the last ones stand', () => {
    const days = micros(['2026-02-25', '2026-02-26', '2026-02-27']);
    expect(isoOf(nextTimes(days, 3, null))).toEqual([
      '2026-02-28T00:00',
      '2026-03-01T00:00',
      '2026-03-02T00:00',
    ]);
  });

  it('take no notice of a gap', () => {
    const hours = micros(
      ['00', '01', '02', '09', '10', '11'].map((hour) => `2026-02-25T${hour}:30:00Z`),
    );
    expect(isoOf(nextTimes(hours, 2, null))).toEqual(['2026-02-25T12:30', '2026-02-25T13:30']);
  });

  it('stand on the same day of every month, quarter or year', () => {
    const months = micros(['2025-10-31', '2025-12-31', '2026-01-31']);
    expect(isoOf(nextTimes(months.slice(1), 3, null))).toEqual([
      '2026-02-28T00:00',
      '2026-03-31T00:00',
      '2026-04-30T00:00',
    ]);
    const quarters = micros(['2025-07-01', '2025-10-01', '2026-01-01']);
    expect(isoOf(nextTimes(quarters, 2, null))).toEqual(['2026-04-01T00:00', '2026-07-01T00:00']);
  });

  it('are as far apart as is asked', () => {
    const days = micros(['2026-02-25', '2026-02-26']);
    expect(isoOf(nextTimes(days, 2, 3600e6))).toEqual(['2026-02-26T01:00', '2026-02-26T02:00']);
  });

  it('are unknown where nothing tells how far apart they are', () => {
    expect(nextTimes(new Float64Array(0), 2, null)).toBeNull();
    expect(nextTimes(micros(['2026-02-25']), 2, null)).toBeNull();
    expect(nextTimes(micros(['2026-02-25', '2026-02-25']), 2, null)).toBeNull();
  });
});
