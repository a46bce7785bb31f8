import type { PartialDependence } from '../../partition/train-facts.ts';
import { figure, type Html, html, shorten } from '../html/html.ts';
import { numberText, tickText } from '../number-text.ts';
import { extent, linearScale, ticks } from './scale.ts';

const WIDTH = 300;
const HEIGHT = 190;
const LEFT = 48;
/** Room for the names of the lines. */
const RIGHT = 84;
const TOP = 10;
const BOTTOM = 28;
const SIDES = ['own', 'global', 'tie'] as const;

/** How predictions move with one column: a line per class (or one) over numbers, a table over texts. */
export function dependencePlot(dependence: PartialDependence): Html {
  const { column, kind, outputs } = dependence;
  const said = outputs.length === 1 ? saidOf(outputs[0] ?? null) : 'mean probability by class';
  const caption = `${shorten(column, 40)}: ${said}, all else as it is`;
  return figure(kind === 'number' ? lines(dependence) : levels(dependence), caption);
}

function saidOf(output: string | null): string {
  return output === null ? 'mean prediction' : `mean probability of ${shorten(output, 30)}`;
}

function lines({ column, outputs, points }: PartialDependence): Html {
  const places = points.map(({ at }) => Number(at));
  const range = extent(points.flatMap((point) => point.outputs));
  const x = linearScale(extent(places), [LEFT, WIDTH - RIGHT]);
  const y = linearScale(range, [HEIGHT - BOTTOM, TOP]);
  const drawn = outputs.map((output, k) => {
    const values = points.map((point) => point.outputs[k] as number);
    const path = values.map((value, i) => `${x(places[i] as number)},${y(value)}`).join(' ');
    const name = html`<text x="${WIDTH - RIGHT + 6}" y="${y(values.at(-1) as number) + 4}">${shorten(output ?? '', 11)}</text>`;
    return html`<polyline class="s-${SIDES[k % SIDES.length] ?? 'own'}" points="${path}"/>${outputs.length > 1 ? name : null}`;
  });
  const [from, to] = extent(places);
  const below = ticks(from, to, 3).map(
    (tick) =>
      html`<text class="soft" x="${x(tick)}" y="${HEIGHT - 8}" text-anchor="middle">${tickText(tick)}</text>`,
  );
  const beside = ticks(range[0], range[1], 3).map(
    (tick) =>
      html`<text class="soft" x="${LEFT - 6}" y="${y(tick) + 4}" text-anchor="end">${tickText(tick)}</text><line class="axis" x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${y(tick)}" y2="${y(tick)}"/>`,
  );
  return html`<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="Partial dependence on ${column}">${beside}${below}${drawn}</svg>`;
}

function levels({ column, outputs, points }: PartialDependence): Html {
  const heads = outputs.map(
    (output) => html`<th class="n">${shorten(output ?? 'prediction', 16)}</th>`,
  );
  const rows = points.map(
    ({ at, outputs: values }) =>
      html`<tr><td>${shorten(at === null ? 'missing' : String(at), 24)}</td>${values.map((value) => html`<td class="n">${numberText(value)}</td>`)}</tr>`,
  );
  return html`<table><thead><tr><th>${shorten(column, 24)}</th>${heads}</tr></thead><tbody>${rows}</tbody></table>`;
}
