import { createHash } from 'node:crypto';
import type { ReportFacts } from '../facts.ts';
import { countText, durationText, percentText } from '../number-text.ts';
import { barPlot } from '../svg/bars.ts';
import { type Html, html } from './html.ts';
import { modelBody, modelDetails } from './model-section.ts';
import {
  algorithmTable,
  cards,
  comparison,
  coverage,
  dataProfile,
  partitionTable,
  warnings,
} from './sections.ts';
import { STYLE } from './style.ts';

/** The page allows its own style sheet and nothing else: no script, no network, no frame. */
const CONTENT_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; img-src data:; base-uri 'none'; form-action 'none'`;

/** One self-contained HTML file. */
export function renderHtml(facts: ReportFacts): string {
  const title = `${facts.run.experiment} · ${facts.question.metric}`;
  const page = html`<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${CONTENT_POLICY}"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light dark"><title>${title}</title>`;
  return `<!doctype html>\n<html lang="en"><head>${page.text}<style>${STYLE}</style></head><body><main>${body(facts).text}</main></body></html>\n`;
}

function body(facts: ReportFacts): Html {
  const { question, run } = facts;
  return html`<p class="eyebrow">Experiment report · ${run.status}${run.startedAt === null ? '' : ` · ${run.startedAt.slice(0, 16).replace('T', ' ')} UTC`}</p>
<h1>${run.experiment}</h1>
<p class="soft">Predicts <b>${question.target}</b> with one model for every <b>${question.partitionBy.join(' / ')}</b> and one without partition, chosen by ${question.metric}${question.isLowerBetter ? ' (lower is better)' : ''}.</p>
${run.error === null ? null : html`<p class="bad">${run.error}</p>`}
${cards(facts)}${warnings(facts)}${partitionTable(facts)}${comparison(facts)}${coverage(facts)}
${facts.global === null ? null : html`<h2>The model without partition</h2>${modelBody(facts.global, facts)}`}
${algorithmTable(facts)}${stability(facts)}${details(facts)}${dataProfile(facts)}${timings(facts)}${provenance(facts)}`;
}

function stability({ stability: columns }: ReportFacts): Html {
  if (columns.length === 0) return html``;
  const bars = columns.map(({ column, share }) => ({
    name: column,
    value: share,
    text: percentText(share),
  }));
  return html`<h2>Selected columns</h2><p>In what share of folds a column was kept, over all partitions.</p><figure>${barPlot(bars, 'Stability of selection over partitions')}</figure>`;
}

function details(facts: ReportFacts): Html {
  if (facts.details.length === 0) return html``;
  const count =
    facts.partitions.total > facts.details.length
      ? `The first ${facts.details.length} of ${countText(facts.partitions.total)} partitions; `
      : '';
  return html`<h2>Each partition in full</h2><p class="soft">${count}candidates, plots, importance and selection.</p>${facts.details.map((section) => modelDetails(section, facts))}`;
}

function timings({ timings: stages }: ReportFacts): Html {
  if (stages.length === 0) return html``;
  const rows = stages.map(
    ({ stage, ms }) => html`<tr><td>${stage}</td><td class="n">${durationText(ms)}</td></tr>`,
  );
  return html`<h2>Timings</h2><div class="wide"><table><thead><tr><th>stage</th><th class="n">time</th></tr></thead><tbody>${rows}</tbody></table></div>`;
}

/** What made this: enough to find every model's origin again. */
function provenance({ run, spec }: ReportFacts): Html {
  return html`<h2>Provenance</h2><p class="small">run <code>${run.runId}</code> by ${run.requestedBy}<br>spec <code>${run.specDigest}</code><br>snapshot <code>${run.snapshotDigest ?? '–'}</code></p>
<details><summary>The experiment as it ran</summary><pre>${JSON.stringify(spec, null, 2)}</pre></details>`;
}
