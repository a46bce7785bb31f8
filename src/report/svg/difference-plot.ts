import type { Verdict } from '../../domain/run.ts';
import type { Interval } from '../../partition/facts.ts';
import { type Html, html, shorten } from '../html/html.ts';
import { numberText } from '../number-text.ts';
import { extent, linearScale, ticks } from './scale.ts';

export type DifferenceRow = {
  readonly name: string;
  readonly difference: number;
  readonly interval: Interval;
  readonly verdict: Verdict | null;
};

const WIDTH = 720;
const LEFT = 200;
const ROW = 22;

/** Own minus global per partition with its 95 % interval: right of zero, the own model is better. */
export function differencePlot(rows: readonly DifferenceRow[]): Html {
  const [low, high] = extent([0, ...rows.flatMap(({ interval }) => [interval.low, interval.high])]);
  const pad = (high - low) * 0.05 || 0.01;
  const x = linearScale([low - pad, high + pad], [LEFT, WIDTH - 16]);
  const height = rows.length * ROW + 34;
  const marks = rows.map((row, i) => differenceMark(row, x, i * ROW + ROW / 2));
  const axis = ticks(low - pad, high + pad, 6).map(
    (tick) =>
      html`<line class="axis" x1="${x(tick)}" x2="${x(tick)}" y1="0" y2="${height - 28}"/><text class="soft" x="${x(tick)}" y="${height - 10}" text-anchor="middle">${numberText(tick)}</text>`,
  );
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Own minus global score of each partition with its interval">${axis}<line class="zero" x1="${x(0)}" x2="${x(0)}" y1="0" y2="${height - 28}"/>${marks}</svg>`;
}

function differenceMark(
  { name, difference, interval, verdict }: DifferenceRow,
  x: (value: number) => number,
  y: number,
): Html {
  const side = verdict === 'own' ? 'own' : verdict === 'global' ? 'global' : 'tie';
  return html`<text x="${LEFT - 12}" y="${y + 4}" text-anchor="end">${shorten(name, 28)}</text><line class="s-${side}" x1="${x(interval.low)}" x2="${x(interval.high)}" y1="${y}" y2="${y}"/><circle class="f-${side}" cx="${x(difference)}" cy="${y}" r="4.5"/>`;
}
