import type { Score } from '../domain/metric.ts';
import type { Interval } from '../partition/evaluate-facts.ts';

/** Where there is nothing to say. */
const NOTHING = '–';
const THIN_SPACE = '\u202f';

/**
 * What a number stands beside, and is told as finely as: a score, whose decimals it takes, or the interval around it, of
 * whose half width two digits are told.
 */
export type Beside = number | Interval;

/**
 * Four significant digits, three below 0.1, so that scores of one table stand under each other; the same in every locale.
 * Beside another number as many decimals as that has, but never more digits than these: what is finer is noise.
 */
export function numberText(value: number | null | undefined, beside: Beside = value ?? 0): string {
  if (value === null || value === undefined) return NOTHING;
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= HUGE || (size < TINY && sizeOf(beside) < TINY)) return exponentText(value, beside);
  const digits = size.toFixed(decimalsOf(size, beside));
  const text = size >= 1e4 ? grouped(digits) : digits;
  return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
}

/** Beyond these a number has an exponent: nobody counts zeros. */
const HUGE = 1e12;
const TINY = 1e-4;

function sizeOf(beside: Beside): number {
  if (typeof beside === 'number') return Math.abs(beside);
  return Math.max(Math.abs(beside.low), Math.abs(beside.high));
}

function exponentText(value: number, beside: Beside): string {
  const halfWidth = typeof beside === 'number' ? 0 : (beside.high - beside.low) / 2;
  const digits = halfWidth > 0 ? 1 + magnitudeOf(Math.abs(value)) - magnitudeOf(halfWidth) : 2;
  return withMinus(value.toExponential(Math.min(9, Math.max(0, digits))));
}

function magnitudeOf(size: number): number {
  return Math.floor(Math.log10(size));
}

/** A number as a machine writes it, with the sign that stands as high as a plus. */
export function withMinus(number: string): string {
  return number.replaceAll('-', '−');
}

function decimalsOf(size: number, beside: Beside): number {
  if (typeof beside === 'number')
    return Math.min(usualDecimals(size), usualDecimals(Math.abs(beside)));
  const halfWidth = (beside.high - beside.low) / 2;
  if (!(halfWidth > 0)) return usualDecimals(size);
  const decimals = decimalsFor(2, halfWidth);
  const ends = endsOf(beside).filter((needed) => needed <= decimals + MOST_MORE);
  return Math.max(decimals, ...ends);
}

/** Decimals that an interval may take beyond those of its width, so that an end beside zero is not told as zero. */
const MOST_MORE = 3;

/** Decimals that tell one digit of each end that is not zero. */
function endsOf({ low, high }: Interval): readonly number[] {
  return [low, high].filter((end) => end !== 0).map((end) => decimalsFor(1, Math.abs(end)));
}

function usualDecimals(size: number): number {
  if (size === 0) return 4;
  if (size >= 1e4) return 0;
  return decimalsFor(size < 0.1 ? 3 : 4, size);
}

/** Decimals that tell so many significant digits of a number. */
function decimalsFor(digits: number, size: number): number {
  return Math.min(9, Math.max(0, digits - 1 - magnitudeOf(size)));
}

export function countText(value: number): string {
  return grouped(String(Math.round(value)));
}

/** What stands before the point in threes. */
function grouped(number: string): string {
  const [whole = '', ...decimals] = number.split('.');
  return [whole.replace(/\B(?=(\d{3})+(?!\d))/g, THIN_SPACE), ...decimals].join('.');
}

/** `1 partition`, `2 partitions`: nouns whose plural ends in s. */
export function countedText(count: number, noun: string): string {
  return `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** In thousands: `12 bytes`, `3.4 MB`. */
export function bytesText(bytes: number): string {
  const units = ['kB', 'MB', 'GB', 'TB'];
  if (bytes < 1000) return countedText(bytes, 'byte');
  const power = Math.min(units.length, Math.floor(Math.log10(bytes) / 3));
  return `${(bytes / 1000 ** power).toFixed(1)} ${units[power - 1]}`;
}

export function scoreText(score: Score | null | undefined): string {
  return numberText(score?.value ?? null);
}

export function signedText(value: number | null, beside?: Beside | null): string {
  if (value === null) return NOTHING;
  const text = numberText(Math.abs(value), beside ?? undefined);
  if (!/[1-9]/.test(text)) return '0';
  return value > 0 ? `+${text}` : `−${text}`;
}

/** The interval of a difference. */
export function intervalText(interval: Interval | null): string {
  if (interval === null) return '';
  return `${signedText(interval.low, interval)} … ${signedText(interval.high, interval)}`;
}

/** The interval of a score. */
export function rangeText(interval: Interval | null): string {
  if (interval === null) return NOTHING;
  return `${numberText(interval.low, interval)} … ${numberText(interval.high, interval)}`;
}

/** A mark on an axis: no digits that say nothing. */
export function tickText(value: number): string {
  const text = Math.abs(value) >= 1e4 ? countText(Math.abs(value)) : trimmed(Math.abs(value));
  return value < 0 ? `−${text}` : text;
}

function trimmed(value: number): string {
  const isSmall = value !== 0 && value < 1e-4;
  return isSmall ? withMinus(value.toExponential(0)) : String(Number(value.toFixed(6)));
}

export function percentText(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

/** For an estimate: whole seconds, then minutes, then hours. */
export function roughDurationText(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000));
  if (seconds < 100) return `${seconds} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
