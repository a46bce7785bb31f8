import type { Interval } from '../../partition/evaluate-facts.ts';
import { type Html, html } from '../html/html.ts';
import { tickText } from '../number-text.ts';
import { extent, ticks } from './scale.ts';

/** Rows of a table that touch: their grid lines join. Pixels. */
const ROW = 44;

/** A horizontal axis that rows of a table share; positions are shares of the width, so it fits every screen. */
export type Track = {
  readonly at: (value: number) => string;
  readonly ticks: readonly number[];
};

/** An axis that holds every interval, and zero. */
export function createTrack(intervals: readonly Interval[]): Track {
  const [low, high] = extent([
    0,
    ...intervals.flatMap((interval) => [interval.low, interval.high]),
  ]);
  const pad = (high - low) * 0.08 || 0.01;
  const [from, to] = [low - pad, high + pad];
  return {
    at: (value) => `${Math.round(((value - from) / (to - from)) * 10_000) / 100}%`,
    ticks: ticks(from, to, 4),
  };
}

export function trackAxis({ at, ticks: marks }: Track): Html {
  const texts = marks.map(
    (tick) =>
      html`<text class="soft" x="${at(tick)}" y="12" text-anchor="middle">${tickText(tick)}</text>`,
  );
  return html`<svg class="track" width="100%" height="16" aria-hidden="true">${texts}</svg>`;
}

/** An estimate and its interval; `side` says who wins. */
export function trackMark(
  { at, ticks: marks }: Track,
  value: number,
  { low, high }: Interval,
  side: 'own' | 'global' | 'tie',
): Html {
  const grid = marks.map(
    (tick) => html`<line class="axis" x1="${at(tick)}" x2="${at(tick)}" y1="0" y2="${ROW}"/>`,
  );
  return html`<svg class="track" width="100%" height="${ROW}" aria-hidden="true">${grid}<line class="zero" x1="${at(0)}" x2="${at(0)}" y1="0" y2="${ROW}"/><line class="s-${side}" x1="${at(low)}" x2="${at(high)}" y1="${ROW / 2}" y2="${ROW / 2}"/><circle class="f-${side}" cx="${at(value)}" cy="${ROW / 2}" r="5"/></svg>`;
}
