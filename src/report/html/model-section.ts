import { ENSEMBLE } from '../../domain/ensemble.ts';
import { compareScores } from '../../domain/metric.ts';
import type { ModelSection, ReportFacts } from '../facts.ts';
import { metricName } from '../metric-words.ts';
import { countedText, durationText, numberText, percentText, scoreText } from '../number-text.ts';
import { parametersText } from '../parameters-text.ts';
import { barPlot, histogramPlot } from '../svg/bars.ts';
import { dependencePlot } from '../svg/dependence.ts';
import {
  calibrationPlot,
  confusionPlot,
  precisionRecallPlot,
  residualPlot,
  rocPlot,
} from '../svg/square-plots.ts';
import { figure, type Html, html, shortDigest, shorten } from './html.ts';

/** A confusion matrix of more classes would be a carpet. */
const DRAWN_CLASSES = 12;

/** One model in full: every candidate, the plots, what it looks at. */
export function modelBody(section: ModelSection, facts: ReportFacts): Html {
  return html`<p class="small">${[section.algorithm, parametersText(section.parameters)].filter(Boolean).join(', ')}<br><span class="soft">How it came to be:</span> <code>partita lineage ${shortDigest(section.model)}</code></p>
${candidateTable(section, facts)}
<div class="plots">${plots(section, facts)}</div>
<div class="plots">${importance(section)}${selection(section)}</div>
${explanation(section, facts)}`;
}

/** Closed until it is wanted. */
export function modelDetails(section: ModelSection, facts: ReportFacts, id: string): Html {
  return html`<details id="${id}"><summary>${shorten(section.name, 80)} <span>· ${section.algorithm} · ${countedText(section.rows, 'row')} · holdout ${scoreText(section.scores?.holdout)}</span></summary>${modelBody(section, facts)}</details>`;
}

/** The leaderboard, best first. */
function candidateTable({ candidates, best }: ModelSection, { question }: ReportFacts): Html {
  const isTuned = new Set(candidates.map(({ algorithm }) => algorithm)).size < candidates.length;
  const rows = candidates
    .map((candidate, i) => ({ candidate, isBest: i === best }))
    .sort(
      (a, b) =>
        Number(b.isBest) - Number(a.isBest) ||
        compareScores(question.metric, b.candidate.cv, a.candidate.cv),
    )
    .map(({ candidate, isBest }) => candidateLine(candidate, isBest, isTuned));
  return html`<div class="wide"><table><thead><tr><th>candidate</th><th class="n">${metricName(question.metric)}, cross-validation</th><th class="n">by fold</th><th class="n">time on folds</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

function candidateLine(
  candidate: ModelSection['candidates'][number],
  isBest: boolean,
  isTuned: boolean,
): Html {
  const { algorithm, cv, foldScores, because, fitMs } = candidate;
  const note =
    cv.value === null
      ? html`<div class="small bad">${shorten(because ?? cv.because, 200)}</div>`
      : isTuned || algorithm === ENSEMBLE
        ? html`<div class="small soft">${parametersText(candidate.parameters)}</div>`
        : null;
  const folds = cv.value === null ? '' : foldScores.map((score) => scoreText(score)).join('  ');
  return html`<tr class="${isBest ? 'best' : ''}"><td>${algorithm}${isBest ? ' ★' : ''}${note}</td><td class="n">${numberText(cv.value)}</td><td class="n soft">${folds}</td><td class="n">${durationText(fitMs)}</td></tr>`;
}

function plots({ plots: drawn }: ModelSection, { question }: ReportFacts): Html {
  if (drawn === null) return html``;
  const rows = drawn.rows === 'holdout' ? 'holdout rows' : 'cross-validation rows';
  const isDrawable = question.classes.length <= DRAWN_CLASSES;
  const { confusion, roc, pr, calibration, residuals } = drawn;
  return html`${confusion === undefined || !isDrawable ? null : confusionPlot(confusion, question.classes, rows)}${roc === undefined ? null : rocPlot(roc)}${pr === undefined ? null : precisionRecallPlot(pr)}${calibration === undefined ? null : calibrationPlot(calibration)}${residuals === undefined ? null : residualFigures(residuals, rows)}`;
}

function residualFigures(
  residuals: NonNullable<NonNullable<ModelSection['plots']>['residuals']>,
  rows: string,
): Html {
  const histogram = histogramPlot(residuals.histogram, {
    title: 'Errors',
    zero: false,
    width: 420,
  });
  return html`${residualPlot(residuals.scatter, rows)}${figure(histogram, `Errors (truth − prediction) of ${rows}; around 0 is right`)}`;
}

function importance({ importance: shares }: ModelSection): Html {
  const bars = shares.filter(({ share }) => share > 0).slice(0, 15);
  if (bars.length === 0) return html``;
  const plot = barPlot(
    bars.map(({ feature, share }) => ({ name: feature, value: share, text: percentText(share) })),
    'Importance of columns',
  );
  return figure(plot, 'What the model looks at: importance of columns');
}

function explanation({ explanation: found }: ModelSection, { question }: ReportFacts): Html {
  if (found === undefined) return html``;
  const bars = found.importance
    .filter(({ loss }) => loss > 0)
    .slice(0, 15)
    .map(({ column, loss }) => ({ name: column, value: loss, text: numberText(loss) }));
  const plot =
    bars.length === 0
      ? null
      : figure(
          barPlot(bars, 'Permutation importance'),
          `What the model needs: loss in ${metricName(question.metric)} when a column is dealt anew among ${countedText(found.rows, 'holdout row')}`,
        );
  return html`<div class="plots">${plot}${found.dependence.map(dependencePlot)}</div>`;
}

function selection({
  selection: { method, stability, dropped },
  selectionOrigin: origin,
}: ModelSection): Html {
  if (method === 'none') return html``;
  const bars = stability
    .filter(({ share }) => share > 0)
    .slice(0, 20)
    .map(({ column, share }) => ({ name: column, value: share, text: percentText(share) }));
  const list = dropped
    .slice(0, 20)
    .map(({ column, because }) => html`<li>${shorten(column, 40)}: ${because}</li>`);
  const plot =
    bars.length === 0
      ? html``
      : figure(
          barPlot(bars, 'How often a column was kept'),
          `Columns kept by ${method.replaceAll('_', ' ')}, as a share of the folds${origin === undefined ? '' : `; selected in run ${origin}`}`,
        );
  return html`${plot}${list.length === 0 ? null : html`<div><p class="small soft">Dropped columns</p><ul class="small">${list}</ul></div>`}`;
}
