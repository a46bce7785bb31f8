import type { PartitionStatus } from '../../domain/run.ts';
import { statusText } from '../answer.ts';
import { baselineScore } from '../baseline-score.ts';
import type { ReportFacts } from '../facts.ts';
import { metricMeaning, metricName } from '../metric-words.ts';
import { countedText, countText, numberText, scoreText } from '../number-text.ts';
import { togetherVerdict, verdictText } from '../verdict-text.ts';
import { type Html, html } from './html.ts';

/** What was asked, and the answer in a sentence and a few numbers. */
export function summary(facts: ReportFacts): Html {
  const { question } = facts;
  const together = togetherVerdict(facts);
  return html`<p class="lead">${verdictText(facts)}</p>${together === null ? null : html`<p>${together}</p>`}
<div class="cards">${scoreCard(facts)}${sidesCard(facts)}${verdictCard(facts)}${coverageCard(facts)}</div>
<p class="small soft">${metricName(question.metric)}: ${metricMeaning(question.metric)}.</p>`;
}

function scoreCard({ totals: { served }, question, global }: ReportFacts): Html {
  const baseline = global === null ? null : baselineScore(global);
  const interval = served?.holdoutInterval ?? null;
  const range =
    interval === null
      ? null
      : html`<br>95 %: ${numberText(interval.low)} … ${numberText(interval.high)}`;
  const guess =
    baseline === null ? null : html`<br>always guessing the same: ${scoreText(baseline)}`;
  return html`<div class="card"><h3>${metricName(question.metric)}</h3><b>${scoreText(served?.holdout)}</b><p>on ${countedText(served?.holdoutRows ?? 0, 'holdout row')} that no choice has seen, each answered by the model chosen for it${range}${guess}</p></div>`;
}

function sidesCard({ totals: { own, global } }: ReportFacts): Html {
  if (own === null || global === null) return html``;
  return html`<div class="card"><h3>Own models or one for all</h3><dl><dt class="own">${scoreText(own.holdout)}</dt><dd>the own model of each partition</dd><dt class="global">${scoreText(global.holdout)}</dt><dd>one model without partition</dd></dl><p>on the same holdout rows</p></div>`;
}

function verdictCard({ verdicts, blended = 0 }: ReportFacts): Html {
  if (Object.values(verdicts).every((count) => count === 0) && blended === 0) return html``;
  const { own, tie, parent = 0, global, pooled = 0 } = verdicts;
  const above =
    parent === 0
      ? null
      : html`<dt class="global">${countText(parent)}</dt><dd>their parent's model</dd>`;
  const pooledOwn =
    pooled === 0
      ? null
      : html`<dt class="own">${countText(pooled)}</dt><dd>no clear difference, own model expected to be better</dd>`;
  const both =
    blended === 0
      ? null
      : html`<dt class="own">${countText(blended)}</dt><dd>small: both together</dd>`;
  return html`<div class="card"><h3>Verdict by partition</h3><dl><dt class="own">${countText(own)}</dt><dd>own model clearly better</dd>${above}<dt class="tie">${countText(tie)}</dt><dd>no clear difference</dd>${pooledOwn}<dt class="global">${countText(global)}</dt><dd>model without partition clearly better</dd>${both}</dl></div>`;
}

function coverageCard({ coverage, partitions }: ReportFacts): Html {
  const counts = new Map<PartitionStatus, number>();
  for (const { status, count } of coverage) counts.set(status, (counts.get(status) ?? 0) + count);
  const lines = [...counts].map(
    ([status, count]) =>
      html`<dt class="${status === 'skipped' || status === 'failed' ? 'bad' : ''}">${countText(count)}</dt><dd>${statusText(status)}</dd>`,
  );
  return html`<div class="card"><h3>${countedText(partitions.total, 'partition')}</h3><dl>${lines}</dl></div>`;
}
