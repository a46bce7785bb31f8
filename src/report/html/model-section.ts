import type { ModelSection, ReportFacts } from '../facts.ts';
import { countText, durationText, numberText, percentText, scoreText } from '../number-text.ts';
import { barPlot, histogramPlot } from '../svg/bars.ts';
import {
  calibrationPlot,
  confusionPlot,
  precisionRecallPlot,
  residualPlot,
  rocPlot,
} from '../svg/square-plots.ts';
import { type Html, html, shorten } from './html.ts';

/** One model in full: every candidate, the plots, what it looks at. */
export function modelBody(section: ModelSection, facts: ReportFacts): Html {
  return html`<p class="small soft">${section.algorithm} <code>${JSON.stringify(section.parameters)}</code><br>model <code>${section.model}</code></p>
${candidateTable(section, facts)}
<div class="plots">${plots(section, facts)}</div>
<div class="plots">${importance(section)}${selection(section)}</div>`;
}

/** Closed until it is wanted. */
export function modelDetails(section: ModelSection, facts: ReportFacts): Html {
  return html`<details><summary>${shorten(section.name, 80)} <span>· ${section.algorithm} · ${countText(section.rows)} rows · holdout ${scoreText(section.scores?.holdout)}</span></summary>${modelBody(section, facts)}</details>`;
}

function candidateTable({ candidates, best }: ModelSection, { question }: ReportFacts): Html {
  const rows = candidates.map(
    (candidate, i) =>
      html`<tr class="${i === best ? 'best' : ''}"><td>${candidate.algorithm}${i === best ? ' ★' : ''}</td><td class="n">${candidate.cv.value === null ? shorten(candidate.because ?? candidate.cv.because, 60) : numberText(candidate.cv.value)}</td><td class="n">${candidate.foldScores.map((score) => scoreText(score)).join('  ')}</td><td class="n">${durationText(candidate.fitMs)}</td></tr>`,
  );
  return html`<div class="wide"><table><thead><tr><th>candidate</th><th class="n">${question.metric}, out-of-fold</th><th class="n">by fold</th><th class="n">time</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function plots({ plots: drawn }: ModelSection, { question }: ReportFacts): Html {
  if (drawn === null) return html``;
  const rows = drawn.rows === 'holdout' ? 'holdout rows' : 'out-of-fold rows';
  return html`${drawn.confusion === undefined || question.classes.length > 12 ? null : confusionPlot(drawn.confusion, question.classes)}${drawn.roc === undefined ? null : rocPlot(drawn.roc)}${drawn.pr === undefined ? null : precisionRecallPlot(drawn.pr)}${drawn.calibration === undefined ? null : calibrationPlot(drawn.calibration)}${drawn.residuals === undefined ? null : residualFigures(drawn.residuals, rows)}`;
}

function residualFigures(
  residuals: NonNullable<NonNullable<ModelSection['plots']>['residuals']>,
  rows: string,
): Html {
  return html`${residualPlot(residuals.scatter)}<figure>${histogramPlot(residuals.histogram, { title: 'Residuals', zero: false, width: 420 })}<figcaption>Residuals (truth − prediction) of ${rows}</figcaption></figure>`;
}

function importance({ importance: shares }: ModelSection): Html {
  const bars = shares.filter(({ share }) => share > 0).slice(0, 15);
  if (bars.length === 0) return html``;
  const plot = barPlot(
    bars.map(({ feature, share }) => ({ name: feature, value: share, text: percentText(share) })),
    'Importance of features',
  );
  return html`<figure>${plot}<figcaption>Importance of features</figcaption></figure>`;
}

function selection({ selection: { method, stability, dropped } }: ModelSection): Html {
  if (method === 'none') return html``;
  const bars = stability
    .slice(0, 20)
    .map(({ column, share }) => ({ name: column, value: share, text: percentText(share) }));
  const list = dropped
    .slice(0, 20)
    .map(({ column, because }) => html`<li>${shorten(column, 40)}: ${because}</li>`);
  return html`<figure>${barPlot(bars, 'How often a column was kept')}<figcaption>Selected by ${method.replaceAll('_', ' ')}: share of folds that kept the column</figcaption></figure>${list.length === 0 ? null : html`<div><p class="small soft">Dropped</p><ul class="small">${list}</ul></div>`}`;
}
