import type { PlotFacts } from '../../partition/evaluate-facts.ts';
import { figure, type Html, html, shorten } from '../html/html.ts';
import { countText, numberText, tickText } from '../number-text.ts';
import { extent, linearScale, type Scale, ticks } from './scale.ts';

const SIZE = 236;
const LEFT = 40;
const BOTTOM = 36;
/** Room for the name of the upright axis. */
const TOP = 24;

type Point = readonly [x: number, y: number];

/** True against false positive rate; the diagonal is chance. */
export function rocPlot(points: NonNullable<PlotFacts['roc']>): Html {
  return unitPlot(
    {
      title: 'ROC',
      caption: 'ROC: the nearer to the upper left corner, the better; the dashed line is chance',
      x: 'false positive rate',
      y: 'true positive rate',
      hasDiagonal: true,
    },
    points.map(({ fpr, tpr }): Point => [fpr, tpr]),
  );
}

export function precisionRecallPlot(points: NonNullable<PlotFacts['pr']>): Html {
  return unitPlot(
    {
      title: 'Precision and recall',
      caption: 'Precision and recall: the nearer to the upper right corner, the better',
      x: 'recall',
      y: 'precision',
      hasDiagonal: false,
    },
    points.map(({ recall, precision }): Point => [recall, precision]),
  );
}

/** What was promised against what happened; the diagonal is perfect. */
export function calibrationPlot(bins: NonNullable<PlotFacts['calibration']>): Html {
  const points = bins.map(({ predicted, observed }): Point => [predicted, observed]);
  const dots = points.map(
    ([x, y]) => html`<circle class="f-own" cx="${unitX(x)}" cy="${unitY(y)}" r="3.5"/>`,
  );
  const text = {
    title: 'Calibration',
    caption:
      'Calibration: on the dashed line, what is promised at 70 % happens in 70 % of the rows',
    x: 'predicted probability',
    y: 'observed share',
    hasDiagonal: true,
  };
  return unitPlot(text, points, dots);
}

/** Truth against prediction of sampled rows; on the diagonal the prediction is right. */
export function residualPlot(
  points: NonNullable<PlotFacts['residuals']>['scatter'],
  rows: string,
): Html {
  const range = extent(points.flatMap(({ truth, prediction }) => [truth, prediction]));
  const x = linearScale(range, [LEFT, SIZE - 12]);
  const y = linearScale(range, [SIZE - BOTTOM, TOP]);
  const dots = points.map(
    ({ truth, prediction }) =>
      html`<circle class="f-own" cx="${x(truth)}" cy="${y(prediction)}" r="2.5" opacity="0.5"/>`,
  );
  const diagonal = html`<line class="zero" x1="${x(range[0])}" y1="${y(range[0])}" x2="${x(range[1])}" y2="${y(range[1])}"/>`;
  const text = {
    title: 'Truth and prediction',
    caption: `Truth and prediction of ${rows}: on the dashed line it is right`,
    x: 'truth',
    y: 'prediction',
  };
  return frame(text, axes(range, x, y), [diagonal, ...dots]);
}

/** True class down, predicted class across; the darker, the larger the share of the true class. */
export function confusionPlot(
  matrix: NonNullable<PlotFacts['confusion']>,
  classes: readonly string[],
  rows: string,
): Html {
  const cell = Math.max(34, Math.min(56, 320 / classes.length));
  const longest = Math.max(...classes.map((name) => shorten(name, 13).length));
  const left = 12 + longest * 7;
  const top = 28;
  const size = classes.length * cell;
  const cells = matrix.flatMap((row, i) => {
    const total = row.reduce((sum, count) => sum + count, 0) || 1;
    return row.map((count, j) =>
      confusionCell(count, count / total, left + j * cell, top + i * cell, cell),
    );
  });
  const labels = classes.flatMap((name, i) => [
    html`<text x="${left - 8}" y="${top + i * cell + cell / 2 + 4}" text-anchor="end">${shorten(name, 13)}</text>`,
    html`<text x="${left + i * cell + cell / 2}" y="${top - 8}" text-anchor="middle">${shorten(name, Math.floor(cell / 7))}</text>`,
  ]);
  return figure(
    html`<svg viewBox="0 0 ${left + size + 8} ${top + size + 8}" width="${left + size + 8}" height="${top + size + 8}" role="img" aria-label="Confusion matrix">${cells}${labels}</svg>`,
    `What it was (down) and what the model said (across), ${rows}`,
  );
}

function confusionCell(count: number, share: number, x: number, y: number, cell: number): Html {
  const contrast = share > 0.55 ? 'cell dark' : 'cell';
  return html`<rect class="f-own" x="${x}" y="${y}" width="${cell - 2}" height="${cell - 2}" rx="3" opacity="${numberText(0.06 + share * 0.86)}"/><text class="${contrast}" x="${x + cell / 2 - 1}" y="${y + cell / 2 + 3}" text-anchor="middle">${countText(count)}</text>`;
}

function unitX(value: number): number {
  return linearScale([0, 1], [LEFT, SIZE - 12])(value);
}

function unitY(value: number): number {
  return linearScale([0, 1], [SIZE - BOTTOM, TOP])(value);
}

type PlotText = {
  readonly title: string;
  readonly caption: string;
  /** Names of the axes. */
  readonly x: string;
  readonly y: string;
};

function unitPlot(
  text: PlotText & { readonly hasDiagonal: boolean },
  points: readonly Point[],
  extra: readonly Html[] = [],
): Html {
  const path = points.map(([x, y]) => `${unitX(x)},${unitY(y)}`).join(' ');
  const diagonal = html`<line class="zero" x1="${unitX(0)}" y1="${unitY(0)}" x2="${unitX(1)}" y2="${unitY(1)}"/>`;
  const line = html`<polyline class="s-own" points="${path}"/>`;
  return frame(text, axes([0, 1], unitX, unitY), [
    ...(text.hasDiagonal ? [diagonal] : []),
    line,
    ...extra,
  ]);
}

function axes(range: readonly [number, number], x: Scale, y: Scale): readonly Html[] {
  return ticks(range[0], range[1], 4).flatMap((tick) => [
    html`<text class="soft" x="${x(tick)}" y="${SIZE - BOTTOM + 16}" text-anchor="middle">${tickText(tick)}</text>`,
    html`<text class="soft" x="${LEFT - 6}" y="${y(tick) + 4}" text-anchor="end">${tickText(tick)}</text>`,
    html`<line class="axis" x1="${LEFT}" x2="${SIZE - 12}" y1="${y(tick)}" y2="${y(tick)}"/>`,
  ]);
}

function frame(
  { title, caption, x, y }: PlotText,
  axis: readonly Html[],
  marks: readonly Html[],
): Html {
  return figure(
    html`<svg viewBox="0 0 ${SIZE} ${SIZE}" width="${SIZE}" height="${SIZE}" role="img" aria-label="${title}">${axis}${marks}<text class="soft" x="4" y="12">${y}</text><text class="soft" x="${(LEFT + SIZE) / 2}" y="${SIZE - 4}" text-anchor="middle">${x}</text></svg>`,
    caption,
  );
}
