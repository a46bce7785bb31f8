import type { ReportFacts } from '../facts.ts';
import { metricName } from '../metric-words.ts';
import { countText, durationText, percentText } from '../number-text.ts';
import { barPlot } from '../svg/bars.ts';
import { algorithmTable } from './algorithm-table.ts';
import { comparison, scoreSpread } from './comparison.ts';
import { dataProfile, warnings } from './data-section.ts';
import { figure, type Html, html } from './html.ts';
import { htmlPage } from './html-page.ts';
import { intervals } from './intervals.ts';
import { modelBody, modelDetails } from './model-section.ts';
import { parentTable } from './parent-table.ts';
import { coverage, partitionTable } from './partition-table.ts';
import { summary } from './summary.ts';

/** One self-contained HTML file. */
export function renderHtml(facts: ReportFacts): string {
  const title = `${facts.run.experiment} · ${metricName(facts.question.metric)}`;
  return htmlPage(title, body(facts));
}

function body(facts: ReportFacts): Html {
  const { question, run } = facts;
  const started =
    run.startedAt === null ? '' : ` · ${run.startedAt.slice(0, 16).replace('T', ' ')} UTC`;
  return html`<header><p class="eyebrow">Partita report · ${run.status}${started}</p>
<h1>${run.experiment}</h1>
<p>Predicts <b>${question.target}</b> with one model for every <b>${question.partitionBy.join(' / ')}</b>, and one without partition.</p></header>
${run.error === null ? null : html`<p class="bad">${run.error}</p>`}
${summary(facts)}${warnings(facts)}${contents(facts)}${partitionTable(facts)}${scoreSpread(facts)}${parentTable(facts)}${coverage(facts)}${intervals(facts)}${comparison(facts)}
${globalModel(facts)}${algorithmTable(facts)}${stability(facts)}${details(facts)}${dataProfile(facts)}${timings(facts)}${provenance(facts)}`;
}

function contents(facts: ReportFacts): Html {
  const entries: readonly (readonly [id: string, title: string, isThere: boolean])[] = [
    ['partitions', 'Partitions', true],
    ['parents', 'Parents', facts.parents !== undefined],
    ['comparison', 'Own or global', facts.lift.length > 0],
    ['global', 'Without partition', facts.global !== null],
    ['algorithms', 'Algorithms', true],
    ['models', 'Each model', facts.details.length > 0],
    ['data', 'Data', true],
    ['provenance', 'Provenance', true],
  ];
  const links = entries
    .filter(([, , isThere]) => isThere)
    .map(([id, title]) => html`<a href="#${id}">${title}</a>`);
  return html`<nav>${links}</nav>`;
}

function globalModel(facts: ReportFacts): Html {
  if (facts.global === null) return html``;
  return html`<h2 id="global">The model without partition</h2>${modelBody(facts.global, facts)}`;
}

function stability({ stability: columns, spec }: ReportFacts): Html {
  if (columns.length === 0 || spec.features.select.method === 'none') return html``;
  const bars = columns.map(({ column, share }) => ({
    name: column,
    value: share,
    text: percentText(share),
  }));
  return html`<h2 id="columns">Selected columns</h2><p>How stable the selection is: the share of folds that kept a column, over all partitions.</p>${figure(barPlot(bars, 'Stability of selection over partitions'), '')}`;
}

function details(facts: ReportFacts): Html {
  if (facts.details.length === 0) return html``;
  const count =
    facts.partitions.total > facts.details.length
      ? `The first ${facts.details.length} of ${countText(facts.partitions.total)} partitions: `
      : '';
  return html`<h2 id="models">Each partition in full</h2><p class="soft">${count}every candidate, plots, what the model looks at, selected columns.</p>${facts.details.map((section, i) => modelDetails(section, facts, `model-${i + 1}`))}`;
}

function timings({ timings: stages }: ReportFacts): Html {
  if (stages.length === 0) return html``;
  const bars = stages.map(({ stage, ms }) => ({ name: stage, value: ms, text: durationText(ms) }));
  return html`<h2 id="timings">Timings</h2>${figure(barPlot(bars, 'Time by stage'), 'Time of each stage before this report')}`;
}

/** What made this: enough to find every model's origin again. */
function provenance({ run, spec }: ReportFacts): Html {
  return html`<h2 id="provenance">Provenance</h2><p class="small">run <code>${run.runId}</code> by ${run.requestedBy}<br>spec <code>${run.specDigest}</code><br>snapshot <code>${run.snapshotDigest ?? '–'}</code><br>seed <code>${spec.seed}</code></p>
<details><summary>The experiment as it ran</summary><pre>${JSON.stringify(spec, null, 2)}</pre></details>`;
}
