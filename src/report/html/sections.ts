import type { SideScores } from '../../partition/facts.ts';
import type { AlgorithmRow, CoverageRow, PartitionRow, ReportFacts } from '../facts.ts';
import {
  countText,
  durationText,
  intervalText,
  numberText,
  percentText,
  scoreText,
  signedText,
} from '../number-text.ts';
import { histogramPlot } from '../svg/bars.ts';
import { type DifferenceRow, differencePlot } from '../svg/difference-plot.ts';
import { type Html, html, shorten } from './html.ts';

/** More partitions than this are drawn as a histogram instead of one line each. */
const DRAWN_PARTITIONS = 40;

/** The answer in four numbers. */
export function cards(facts: ReportFacts): Html {
  const own = facts.coverage
    .filter(({ status }) => status === 'trained' || status === 'reused')
    .reduce((sum, { count }) => sum + count, 0);
  const { served, own: ownTotal, global } = facts.totals;
  return html`<div class="cards">
<div class="card"><b>${countText(own)} of ${countText(facts.partitions.total)}</b><span>partitions have a model of their own</span></div>
<div class="card"><b>${scoreText(served?.holdout)}</b><span>${facts.question.metric} of the model set on ${countText(served?.holdoutRows ?? 0)} holdout rows${facts.question.isLowerBetter ? ', lower is better' : ''}</span></div>
<div class="card"><b><span class="own">${scoreText(ownTotal?.holdout)}</span> / <span class="global">${scoreText(global?.holdout)}</span></b><span>own models / one model without partition, on identical holdout rows</span></div>
<div class="card"><b>${countText(facts.verdicts.own)} · ${countText(facts.verdicts.tie)} · ${countText(facts.verdicts.global)}</b><span>partitions where the own model wins · tie · the global model wins</span></div>
</div>`;
}

/** Own against global: is the partition worth it, and where? */
export function comparison(facts: ReportFacts): Html {
  const rows = facts.partitions.shown.filter(
    (row): row is PartitionRow & DifferenceRow => row.difference !== null && row.interval !== null,
  );
  if (rows.length === 0) return html``;
  const sorted = [...rows].sort((a, b) => b.difference - a.difference);
  const plot =
    facts.partitions.total <= DRAWN_PARTITIONS
      ? differencePlot(sorted)
      : histogramPlot(facts.lift, {
          title: 'Own minus global score over all partitions',
          zero: true,
        });
  return html`<h2>Does a partition deserve a model of its own?</h2>
<p>Own minus global ${facts.question.metric} on the same out-of-fold rows, the candidate chosen on the other folds; right of zero the own model is better. A verdict needs evidence after correcting for the number of partitions; a tie goes to the simpler answer, the global model.</p>
<figure>${plot}<figcaption>${facts.partitions.total <= DRAWN_PARTITIONS ? 'Difference with its 95 % interval' : 'Number of partitions by difference'}; <span class="own">own wins</span>, <span class="tie">tie</span>, <span class="global">global wins</span></figcaption></figure>`;
}

export function partitionTable(facts: ReportFacts): Html {
  const { shown, total } = facts.partitions;
  const cut =
    total > shown.length
      ? html`<p class="small soft">The ${countText(shown.length)} partitions with the most rows of ${countText(total)}; all of them are in the JSON report.</p>`
      : null;
  return html`<h2>Best model of each partition</h2>${cut}<div class="wide"><table>
<thead><tr><th>${facts.question.partitionBy.join(' / ')}</th><th class="n">rows</th><th>best algorithm</th><th class="n">out-of-fold</th><th class="n">holdout</th><th class="n">global, holdout</th><th class="n">own − global</th><th>answers</th></tr></thead>
<tbody>${shown.map(partitionRow)}</tbody></table></div>`;
}

function partitionRow(row: PartitionRow): Html {
  const runnerUp =
    row.runnerUp === null
      ? null
      : html`<div class="small soft">${numberText(row.runnerUp.margin)} ahead of ${row.runnerUp.algorithm}</div>`;
  return html`<tr><td class="name">${shorten(row.name, 120)}</td><td class="n">${countText(row.rows)}</td><td>${row.algorithm ?? '–'}${runnerUp}</td><td class="n">${scoreCell(row.own, 'cv')}</td><td class="n">${scoreCell(row.own, 'holdout')}</td><td class="n">${scoreCell(row.global, 'holdout')}</td><td class="n">${signedText(row.difference)}<div class="small soft">${intervalText(row.interval)}</div></td><td>${answer(row)}</td></tr>`;
}

function scoreCell(scores: SideScores | null, split: 'cv' | 'holdout'): Html {
  if (scores === null) return html`–`;
  const score = scores[split];
  const interval = split === 'cv' ? scores.cvInterval : scores.holdoutInterval;
  if (score.value === null)
    return html`<span class="small soft">${shorten(score.because, 60)}</span>`;
  const range =
    interval === null
      ? null
      : html`<div class="small soft">${numberText(interval.low)} … ${numberText(interval.high)}</div>`;
  return html`${numberText(score.value)}${range}`;
}

function answer({ status, verdict, reason }: PartitionRow): Html {
  if (status === 'failed')
    return html`<span class="tag bad">failed</span> <span class="small">${reason ?? ''}</span>`;
  if (status === 'skipped')
    return html`<span class="tag bad">no answer</span> <span class="small">${reason ?? ''}</span>`;
  if (status === 'global')
    return html`<span class="tag global">global</span> <span class="small soft">${reason ?? ''}</span>`;
  if (status === 'merged')
    return html`<span class="tag own">merged</span> <span class="small soft">${reason ?? ''}</span>`;
  if (verdict === 'global') return html`<span class="tag global">global wins</span>`;
  if (verdict === 'tie') return html`<span class="tag tie">tie: global</span>`;
  return html`<span class="tag own">${verdict === null ? 'own' : 'own wins'}</span>`;
}

export function algorithmTable(facts: ReportFacts): Html {
  return html`<h2>Algorithms</h2><div class="wide"><table>
<thead><tr><th>algorithm</th><th class="n">best in</th><th class="n">fitted in</th><th class="n">failed in</th><th class="n">mean rank</th><th class="n">without partition, out-of-fold</th><th class="n">time fitting</th></tr></thead>
<tbody>${facts.algorithms.map(algorithmRow)}</tbody></table></div>`;
}

function algorithmRow({
  algorithm,
  wins,
  fitted,
  failed,
  meanRank,
  globalScore,
  fitMs,
}: AlgorithmRow): Html {
  return html`<tr><td>${algorithm}</td><td class="n">${countText(wins)}</td><td class="n">${countText(fitted)}</td><td class="n">${countText(failed)}</td><td class="n">${numberText(meanRank)}</td><td class="n">${scoreText(globalScore)}</td><td class="n">${durationText(fitMs)}</td></tr>`;
}

/** Which partitions have no model of their own, and why. */
export function coverage(facts: ReportFacts): Html {
  const rows = facts.coverage.filter(({ status }) => status !== 'trained');
  if (rows.length === 0) return html``;
  return html`<h2>Partitions without a model of their own</h2><ul>${rows.map(coverageRow)}</ul>`;
}

function coverageRow({ status, reason, count, examples }: CoverageRow): Html {
  const names = examples.map((name) => shorten(name, 40)).join(', ');
  return html`<li>${countText(count)} <b>${status}</b>${reason === null ? '' : `, ${reason.replaceAll('_', ' ')}`}: ${names}${count > examples.length ? ' …' : ''}</li>`;
}

export function dataProfile({ data }: ReportFacts): Html {
  const excluded = data.excluded.map(
    ({ reason, rows }) =>
      html`<li>${countText(rows)} rows not used: ${reason.replaceAll('_', ' ')}</li>`,
  );
  const columns = data.columns.map(
    (column) =>
      html`<tr><td class="name">${shorten(column.name, 80)}</td><td>${column.kind}</td><td class="n">${data.rows > 0 ? percentText(column.missing / data.rows) : '–'}</td><td class="n">${numberText(column.kind === 'number' ? column.min : null)}</td><td class="n">${numberText(column.mean)}</td><td class="n">${numberText(column.kind === 'number' ? column.max : null)}</td><td class="n">${countText(column.distinct[0])} – ${countText(column.distinct[1])}</td></tr>`,
  );
  return html`<h2>Data</h2><p>${countText(data.rows)} rows in ${countText(data.partitions)} partitions from ${data.source}.</p>${excluded.length > 0 ? html`<ul>${excluded}</ul>` : null}
<div class="wide"><table><thead><tr><th>column</th><th>kind</th><th class="n">missing</th><th class="n">least</th><th class="n">mean</th><th class="n">most</th><th class="n">distinct in a partition</th></tr></thead><tbody>${columns}</tbody></table></div>`;
}

export function warnings({ data }: ReportFacts): Html {
  if (data.warnings.length === 0) return html``;
  return html`<h2>Warnings</h2><ul>${data.warnings.slice(0, 50).map((warning) => html`<li>${shorten(warning, 400)}</li>`)}</ul>`;
}
