import type { Bin } from '../histogram.ts';
import { type Html, html, shorten } from '../html/html.ts';
import { countText, numberText, tickText } from '../number-text.ts';
import { linearScale, ticks } from './scale.ts';

const WIDTH = 460;
const LABELS = 190;
const VALUES = 100;
const ROW = 20;

/** Horizontal bars, one per name, the value written at the end. */
export function barPlot(
  bars: readonly { readonly name: string; readonly value: number; readonly text: string }[],
  title: string,
): Html {
  const most = Math.max(1e-12, ...bars.map(({ value }) => value));
  const x = linearScale([0, most], [0, WIDTH - LABELS - VALUES]);
  const marks = bars.map(
    ({ name, value, text }, i) =>
      html`<text x="${LABELS - 8}" y="${i * ROW + 14}" text-anchor="end">${shorten(name, 24)}</text><rect class="f-bar" x="${LABELS}" y="${i * ROW + 3}" width="${Math.max(1, x(value))}" height="14" rx="2"/><text class="soft" x="${LABELS + x(value) + 6}" y="${i * ROW + 14}">${text}</text>`,
  );
  const height = bars.length * ROW + 4;
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="${title}">${marks}</svg>`;
}

/** Vertical bars over a number line; `zero` draws a line at zero. */
export function histogramPlot(
  bins: readonly Bin[],
  options: { readonly title: string; readonly zero: boolean; readonly width?: number },
): Html {
  const { width = 720 } = options;
  const height = 160;
  const low = bins[0]?.from ?? 0;
  const high = bins.at(-1)?.to ?? 1;
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const x = linearScale([low, high], [36, width - 12]);
  const y = linearScale([0, most], [height - 28, 8]);
  const marks = bins.map(({ from, to, count }) => {
    const side = !options.zero ? 'own' : from >= 0 ? 'own' : to <= 0 ? 'global' : 'tie';
    const title = `${numberText(from)} … ${numberText(to)}: ${countText(count)}`;
    return html`<rect class="f-${side}" x="${x(from)}" y="${y(count)}" width="${Math.max(1, x(to) - x(from) - 1)}" height="${height - 28 - y(count)}"><title>${title}</title></rect>`;
  });
  const counts = ticks(0, most, 3)
    .filter((tick) => tick > 0 && Number.isInteger(tick))
    .map(
      (tick) =>
        html`<line class="axis" x1="36" x2="${width - 12}" y1="${y(tick)}" y2="${y(tick)}"/><text class="soft" x="30" y="${y(tick) + 4}" text-anchor="end">${tickText(tick)}</text>`,
    );
  const axis = ticks(low, high, 6).map(
    (tick) =>
      html`<text class="soft" x="${x(tick)}" y="${height - 10}" text-anchor="middle">${tickText(tick)}</text>`,
  );
  const zero =
    options.zero && low < 0 && high > 0
      ? html`<line class="zero" x1="${x(0)}" x2="${x(0)}" y1="0" y2="${height - 28}"/>`
      : null;
  return html`<svg viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${options.title}"><line class="axis" x1="36" x2="${width - 12}" y1="${height - 28}" y2="${height - 28}"/>${counts}${marks}${zero}${axis}</svg>`;
}
