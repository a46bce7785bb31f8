import type { ReportFacts } from '../facts.ts';
import { coverageText, type IntervalLine, intervalLines } from '../interval-coverage.ts';
import { countText } from '../number-text.ts';
import { type Html, html, shorten } from './html.ts';

/** How wide the prediction intervals are, and how many holdout rows lie within; nothing where none were asked for. */
export function intervals(facts: ReportFacts): Html {
  const band = facts.totals.served?.band;
  if (band === undefined) return html``;
  const { lines, rest } = intervalLines(facts);
  return html`<h2 id="intervals">Prediction intervals</h2>
<p>${coverageText(band)}, each by the model that answers for it. The width of a partition's intervals comes from the errors on its own out-of-fold rows; the holdout had no part in it.</p>
<div class="wide"><table><thead><tr><th>${facts.question.partitionBy.join(' / ')}</th><th>answered by</th><th class="n">interval</th><th class="n">from rows</th><th class="n">within</th><th class="n">holdout rows</th></tr></thead><tbody>${lines.map(line)}</tbody></table></div>${rest === null ? html`` : html`<p class="small soft">${rest}</p>`}`;
}

function line({ name, who, reach, calibrated, coverage, rows }: IntervalLine): Html {
  return html`<tr><td class="name">${shorten(name, 120)}</td><td>${who}</td><td class="n">${reach}</td><td class="n">${countText(calibrated)}</td><td class="n">${coverage}</td><td class="n">${countText(rows)}</td></tr>`;
}
