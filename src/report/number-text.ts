import type { Score } from '../domain/metric.ts';
import type { Interval } from '../partition/facts.ts';

/** Four significant digits, no exponent between 1e-4 and 1e6; the same in every locale. */
export function numberText(value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-4) return value.toExponential(2);
  const digits = Math.max(0, 3 - Math.floor(Math.log10(size)));
  return value.toFixed(Math.min(digits, 6));
}

export function countText(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');
}

export function scoreText(score: Score | null | undefined): string {
  return numberText(score?.value ?? null);
}

export function signedText(value: number | null): string {
  if (value === null) return '–';
  return value > 0 ? `+${numberText(value)}` : value < 0 ? `−${numberText(-value)}` : '0';
}

export function intervalText(interval: Interval | null): string {
  return interval === null ? '' : `${signedText(interval.low)} … ${signedText(interval.high)}`;
}

export function percentText(share: number): string {
  return `${Math.round(share * 1000) / 10} %`;
}

export function durationText(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = ms / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.round(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
