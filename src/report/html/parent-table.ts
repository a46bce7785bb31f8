import { answerOf } from '../answer.ts';
import type { PartitionRow, ReportFacts } from '../facts.ts';
import { countText, intervalText, scoreText, signedText } from '../number-text.ts';
import { type Html, html, shortDigest, shorten } from './html.ts';

/** The models between those of partitions and the one without partition, where they were asked for. */
export function parentTable({ parents, spec }: ReportFacts): Html {
  if (parents === undefined) return html``;
  const key = spec.partition.parents?.join(' / ') ?? '';
  return html`<h2 id="parents">Partitions taken together by ${key}</h2>
<p>A parent's model is trained on the rows of all partitions of one ${key}. It answers for them where it is clearly better than the model without partition, unless their own are clearly better still; a key that training has not seen is left to it, too.</p>
<div class="wide"><table>
<thead><tr><th rowspan="2">${key}</th><th class="n" rowspan="2">rows</th><th rowspan="2">answers</th><th rowspan="2">best model</th><th class="group" colspan="3">cross-validation, nested</th><th class="group" colspan="2">holdout</th></tr>
<tr><th class="n">global</th><th class="n">parent</th><th class="n">parent ahead by</th><th class="n">global</th><th class="n">parent</th></tr></thead>
<tbody>${parents.map(parentLine)}</tbody></table></div>`;
}

function parentLine(row: PartitionRow): Html {
  const { who, why } = answerOf(row);
  const side = who === 'nobody' ? 'bad' : who === 'global' ? 'global' : 'own';
  const model =
    row.algorithm === null || row.ownModel === null
      ? html`<span class="soft">none</span>`
      : html`${row.algorithm} <code class="soft">${shortDigest(row.ownModel)}</code>`;
  return html`<tr><td class="name">${shorten(row.name, 120)}</td><td class="n">${countText(row.rows)}</td><td><span class="tag ${side}">${who}</span><div class="small soft">${why}</div></td><td>${model}</td><td class="n">${scoreText(row.global?.nested)}</td><td class="n">${scoreText(row.own?.nested)}</td><td class="n">${signedText(row.difference, row.interval)}<div class="small soft">${intervalText(row.interval)}</div></td><td class="n">${scoreText(row.global?.holdout)}</td><td class="n">${scoreText(row.own?.holdout)}</td></tr>`;
}
