import type { Interval } from '../../partition/evaluate-facts.ts';
import { decidedSide } from '../answer.ts';
import type { PartitionRow, ReportFacts } from '../facts.ts';
import { metricName } from '../metric-words.ts';
import { intervalText, signedText } from '../number-text.ts';
import { histogramPlot } from '../svg/bars.ts';
import { createTrack, type Track, trackAxis, trackMark } from '../svg/interval-track.ts';
import { type Html, html, shorten } from './html.ts';

/** More partitions than this are drawn as a histogram instead of one line each. */
const DRAWN_PARTITIONS = 40;

type Compared = PartitionRow & { readonly difference: number; readonly interval: Interval };

/** How well the own models do, where they are too many to be read one by one. */
export function scoreSpread({ scores, question }: ReportFacts): Html {
  if (scores === undefined) return html``;
  const metric = metricName(question.metric);
  return html`<figure class="wide">${histogramPlot(scores, { title: `Partitions by ${metric} of their own model`, zero: false })}<figcaption>Number of partitions by ${metric} of their own model in cross-validation; ${question.isLowerBetter ? 'lower' : 'higher'} is better</figcaption></figure>`;
}

/** Own against global: is the partition worth it, and where? */
export function comparison(facts: ReportFacts): Html {
  const rows = facts.partitions.shown.filter(
    (row): row is Compared =>
      row.verdict !== 'blend' && row.difference !== null && row.interval !== null,
  );
  if (rows.length === 0) return html``;
  return html`<h2 id="comparison">Does a partition deserve a model of its own?</h2>
<p>How far its own model is ahead of the model without partition, in ${metricName(facts.question.metric)}, on the same cross-validation rows. To be fair to the global model, the own candidate is chosen on other rows than those it is judged on. <span class="own">Right of zero</span> the own model is better, <span class="global">left of it</span> the global one. A verdict needs evidence that holds after allowing for the number of partitions; without it (<span class="tie">grey</span>) the simpler answer serves, the global model.</p>
${rows.length <= DRAWN_PARTITIONS ? lines(rows) : distribution(facts)}`;
}

function lines(rows: readonly Compared[]): Html {
  const track = createTrack(rows.map(({ interval }) => interval));
  const sorted = [...rows].sort((a, b) => b.difference - a.difference);
  return html`<table class="tracks"><thead><tr><th></th><th>${trackAxis(track)}</th><th class="n">95 %</th></tr></thead><tbody>${sorted.map((row) => line(row, track))}</tbody></table>`;
}

function line(row: Compared, track: Track): Html {
  const side = decidedSide(row);
  return html`<tr><td class="name">${shorten(row.name, 60)}</td><td>${trackMark(track, row.difference, row.interval, side)}</td><td class="n"><b class="${side}">${signedText(row.difference, row.interval)}</b><div class="small soft">${intervalText(row.interval)}</div></td></tr>`;
}

function distribution({ lift }: ReportFacts): Html {
  return html`<figure class="wide">${histogramPlot(lift, { title: 'Partitions by how far the own model is ahead', zero: true })}<figcaption>Number of partitions by how far the own model is ahead</figcaption></figure>`;
}
