import type { AlgorithmRow, ReportFacts } from '../facts.ts';
import { metricName } from '../metric-words.ts';
import { countText, durationText, scoreText } from '../number-text.ts';
import { type Html, html } from './html.ts';

/** How every algorithm fared over all partitions, and without partition. */
export function algorithmTable({ algorithms, question }: ReportFacts): Html {
  return html`<h2 id="algorithms">Algorithms</h2><p>Each was tried on every partition; mean rank 1 is always first. The time is that of all fits together.</p><div class="wide"><table>
<thead><tr><th>algorithm</th><th class="n">best in</th><th class="n">mean rank</th><th class="n">fitted in</th><th class="n">failed in</th><th class="n">without partition, ${metricName(question.metric)}</th><th class="n">time on folds</th></tr></thead>
<tbody>${[...algorithms].sort(byRank).map(algorithmLine)}</tbody></table></div>`;
}

function byRank(a: AlgorithmRow, b: AlgorithmRow): number {
  return (a.meanRank ?? Number.POSITIVE_INFINITY) - (b.meanRank ?? Number.POSITIVE_INFINITY) || 0;
}

function algorithmLine(row: AlgorithmRow): Html {
  const failed = row.failed === 0 ? html`0` : html`<b class="bad">${countText(row.failed)}</b>`;
  return html`<tr><td>${row.algorithm}</td><td class="n">${countText(row.wins)}</td><td class="n">${row.meanRank === null ? '–' : row.meanRank.toFixed(1)}</td><td class="n">${countText(row.fitted)}</td><td class="n">${failed}</td><td class="n">${scoreText(row.globalScore)}</td><td class="n">${durationText(row.fitMs)}</td></tr>`;
}
