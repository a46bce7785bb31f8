import type { ColumnSummary, ReportFacts } from '../facts.ts';
import { countedText, countText, numberText, percentText } from '../number-text.ts';
import { barPlot } from '../svg/bars.ts';
import { type Html, html, shorten } from './html.ts';

/** What came in, where the rows went, and what every column looks like. */
export function dataProfile(facts: ReportFacts): Html {
  const { data } = facts;
  const columns = data.columns.map((column) => columnLine(column, data.rows));
  return html`<h2 id="data">Data</h2><p>${countedText(data.rows, 'row')} in ${countedText(data.partitions, 'partition')}, from ${data.source}.</p>${rowLedger(facts)}${classes(facts)}
<div class="wide"><table><thead><tr><th>column</th><th>kind</th><th class="n">missing</th><th class="n">least</th><th class="n">mean</th><th class="n">most</th><th class="n">distinct values in a partition</th></tr></thead><tbody>${columns}</tbody></table></div>`;
}

/** Every row of the source, counted once. */
function rowLedger({ data: { split, excluded } }: ReportFacts): Html {
  const lines = [
    html`<li>${countText(split.crossValidated)} for training and cross-validation</li>`,
    split.trainingOnly === 0
      ? html``
      : html`<li>${countText(split.trainingOnly)} for training only</li>`,
    html`<li>${countText(split.holdout)} kept aside as holdout</li>`,
    ...excluded.map(
      ({ reason, rows }) =>
        html`<li>${countText(rows)} not used: ${reason.replaceAll('_', ' ')}</li>`,
    ),
  ];
  return html`<ul>${lines}</ul>`;
}

function classes({ data, question }: ReportFacts): Html {
  const total = data.classes.reduce((sum, { rows }) => sum + rows, 0);
  if (total === 0) return html``;
  const bars = data.classes.map(({ label, rows }) => ({
    name: label,
    value: rows,
    text: `${countText(rows)} · ${percentText(rows / total)}`,
  }));
  return html`<figure>${barPlot(bars, 'Rows of each class')}<figcaption>Rows by ${question.target}</figcaption></figure>`;
}

function columnLine(column: ColumnSummary, rows: number): Html {
  const isNumber = column.kind === 'number';
  const [fewest, most] = column.distinct;
  const distinct = fewest === most ? countText(most) : `${countText(fewest)} – ${countText(most)}`;
  return html`<tr><td class="name">${shorten(column.name, 80)}</td><td>${column.kind}</td><td class="n">${rows > 0 ? percentText(column.missing / rows) : '–'}</td><td class="n">${isNumber ? numberText(column.min) : ''}</td><td class="n">${isNumber ? numberText(column.mean) : ''}</td><td class="n">${isNumber ? numberText(column.max) : ''}</td><td class="n">${distinct}</td></tr>`;
}

export function warnings({ data }: ReportFacts): Html {
  if (data.warnings.length === 0) return html``;
  return html`<aside><h3>${countedText(data.warnings.length, 'warning')}</h3><ul>${data.warnings.slice(0, 50).map((warning) => html`<li>${shorten(warning, 400)}</li>`)}</ul></aside>`;
}
