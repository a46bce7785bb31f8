import type { SideScores } from '../../partition/evaluate-facts.ts';
import { answerOf, reasonText, statusText } from '../answer.ts';
import { baselineScore } from '../baseline-score.ts';
import type { CoverageRow, PartitionRow, ReportFacts } from '../facts.ts';
import { metricName } from '../metric-words.ts';
import {
  countedText,
  countText,
  intervalText,
  numberText,
  rangeText,
  scoreText,
  signedText,
} from '../number-text.ts';
import { type Html, html, shortDigest, shorten } from './html.ts';

/** Every partition with its best model, and the model without partition as the last line. */
export function partitionTable(facts: ReportFacts): Html {
  const { shown, total } = facts.partitions;
  const { question } = facts;
  const anchors = new Map(facts.details.map(({ name }, i) => [name, `#model-${i + 1}`]));
  const cut =
    total > shown.length
      ? html`<p class="small soft">The ${countText(shown.length)} partitions with the most rows, of ${countText(total)}; <code>partita runs show ${facts.run.runId} --json</code> has them all.</p>`
      : null;
  return html`<h2 id="partitions">The best model of each partition</h2>
<p>Chosen by ${metricName(question.metric)} in cross-validation: every training row is predicted by a model that has not seen it. The best of many candidates looks too good on the rows that chose it: nested, each fold is judged by the candidate that is best on the other folds, and the optimism is the difference. The holdout rows are kept out of every choice. Small figures are 95 % intervals.</p>${cut}
<div class="wide"><table>
<thead><tr><th rowspan="2">${question.partitionBy.join(' / ')}</th><th class="n" rowspan="2">rows</th><th rowspan="2">answered by</th><th rowspan="2">best own model</th><th class="group" colspan="5">cross-validation</th><th class="group" colspan="2">holdout</th></tr>
<tr><th class="n">guessing</th><th class="n">global</th><th class="n">own</th><th class="n">own, nested</th><th class="n">own ahead by</th><th class="n">global</th><th class="n">own</th></tr></thead>
<tbody>${shown.map((row) => partitionLine(row, anchors.get(row.name)))}</tbody>${globalFoot(facts)}</table></div>`;
}

function partitionLine(row: PartitionRow, anchor: string | undefined): Html {
  const name = shorten(row.name, 120);
  const title = anchor === undefined ? html`${name}` : html`<a href="${anchor}">${name}</a>`;
  return html`<tr><td class="name">${title}</td><td class="n">${countText(row.rows)}</td><td>${answerTag(row)}</td><td>${bestModel(row)}</td><td class="n soft">${scoreText(row.baseline)}</td><td class="n">${scoreText(row.global?.cv)}</td><td class="n">${scoreCell(row.own, 'cv')}</td><td class="n">${nestedCell(row.own)}</td><td class="n">${signedText(row.difference, row.interval)}<div class="small soft">${intervalText(row.interval)}</div></td><td class="n">${scoreText(row.global?.holdout)}</td><td class="n">${scoreCell(row.own, 'holdout')}</td></tr>`;
}

function answerTag(row: PartitionRow): Html {
  const { who, why } = answerOf(row);
  const side = who === 'nobody' ? 'bad' : who === 'global' || who === 'parent' ? 'global' : 'own';
  return html`<span class="tag ${side}">${who}</span><div class="small soft">${why}</div>${blendScores(row)}${parentScores(row)}`;
}

function parentScores({ parent }: PartitionRow): Html {
  if (parent === undefined) return html``;
  return html`<div class="small soft">parent ${scoreText(parent.scores.cv)}, own ahead of it by ${signedText(parent.difference, parent.interval)} ${intervalText(parent.interval)}</div>`;
}

function blendScores({ blend }: PartitionRow): Html {
  if (blend === null) return html``;
  const { nested, holdout } = blend.scores ?? {};
  return html`<div class="small soft">nested ${scoreText(nested)}, holdout ${scoreText(holdout)}</div>`;
}

function bestModel({ algorithm, runnerUp, own, ownModel }: PartitionRow): Html {
  if (algorithm === null || ownModel === null) return html`<span class="soft">none</span>`;
  const model = html`${algorithm} <code class="soft">${shortDigest(ownModel)}</code>`;
  if (runnerUp === null) return model;
  const margin = numberText(runnerUp.margin, own?.cv.value ?? undefined);
  const note = /[1-9]/.test(margin)
    ? `${margin} ahead of ${runnerUp.algorithm}`
    : `level with ${runnerUp.algorithm}`;
  return html`${model}<div class="small soft">${note}</div>`;
}

function nestedCell(scores: SideScores | null): Html {
  const cell = scoreCell(scores, 'nested');
  if (scores === null || scores.optimism === null) return cell;
  const optimism = signedText(scores.optimism, scores.cv.value);
  return html`${cell}<div class="small soft">optimism ${optimism}</div>`;
}

function scoreCell(scores: SideScores | null, split: 'cv' | 'nested' | 'holdout'): Html {
  if (scores === null) return html`–`;
  const score = scores[split];
  const interval = scores[`${split}Interval`];
  if (score.value === null)
    return html`<span class="small soft">${shorten(score.because, 60)}</span>`;
  if (interval === null) return html`${numberText(score.value)}`;
  return html`${numberText(score.value)}<div class="small soft">${rangeText(interval)}</div>`;
}

function globalFoot({ global, data }: ReportFacts): Html {
  if (global === null) return html``;
  return html`<tfoot><tr><td class="name"><a href="#global">without partition</a></td><td class="n">${countText(data.rows)}</td><td></td><td>${global.algorithm}</td><td class="n soft">${scoreText(baselineScore(global))}</td><td class="n">${scoreCell(global.scores, 'cv')}</td><td></td><td class="n">${nestedCell(global.scores)}</td><td></td><td class="n">${scoreCell(global.scores, 'holdout')}</td><td></td></tr></tfoot>`;
}

/** Which partitions have no model of their own, and why. */
export function coverage(facts: ReportFacts): Html {
  const rows = facts.coverage.filter(({ status }) => status !== 'trained' && status !== 'reused');
  if (rows.length === 0) return html``;
  const failures = facts.partitions.shown
    .filter(({ message }) => message !== null)
    .slice(0, 10)
    .map(
      ({ name, message }) => html`<li>${shorten(name, 40)}: ${shorten(message ?? '', 300)}</li>`,
    );
  return html`<h2 id="without-own">Partitions without a model of their own</h2><ul>${rows.map(coverageLine)}</ul>${failures.length === 0 ? null : html`<p>What went wrong:</p><ul class="small">${failures}</ul>`}`;
}

function coverageLine({ status, reason, count, examples }: CoverageRow): Html {
  const names = examples.map((name) => shorten(name, 40)).join(', ');
  const why = reason === null ? '' : ` because ${reasonText(reason)}`;
  return html`<li><b>${countedText(count, 'partition')}</b> ${statusText(status)}${why}: ${names}${count > examples.length ? ' …' : ''}</li>`;
}
