import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { digestBytes } from '../../src/frame/digest.ts';
import { failedProfile } from '../../src/partition/failed-profile.ts';
import { collectFacts } from '../../src/report/collect-facts.ts';
import { renderHtml } from '../../src/report/html/page.ts';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { intervalText, numberText, rangeText, signedText } from '../../src/report/number-text.ts';
import { renderText } from '../../src/report/text.ts';
import type { PartitionRecord } from '../../src/stores/run-records.ts';
import { trainedModel } from '../../src/stores/trained-model.ts';
import {
  failedRecord,
  runRecord,
  skippedRecord,
  stream,
  trainedRecord,
} from '../support/run-records.ts';

function factsOf(records: readonly PartitionRecord[]) {
  const global = trainedRecord('(all)').trained;
  return collectFacts({
    source: 'csv sales.csv',
    run: runRecord(),
    partitions: stream(records),
    global,
    totals: null,
    timings: { train: 1200 },
  });
}

describe('report', () => {
  it('names the best model of each partition, the model without partition and who was skipped', async () => {
    const facts = await factsOf([
      trainedRecord('car', 1),
      trainedRecord('wheel loader', 2),
      skippedRecord('crane'),
    ]);
    const page = renderHtml(facts);
    expect(page).toContain('wheel loader');
    expect(page).toContain('The model without partition');
    expect(page).toContain('too small: crane');
    expect(facts.verdicts).toEqual({ own: 2, global: 0, tie: 0 });
    expect(facts.algorithms.find(({ algorithm }) => algorithm === 'random_forest')?.wins).toBe(2);
  });

  it('shows what a model needs and how predictions move with it, where that was measured', async () => {
    const page = renderHtml(await factsOf([trainedRecord('car')]));
    expect(page).toContain('when a column is dealt anew among 200 holdout rows');
    expect(page).toContain('aria-label="Partial dependence on engine_rpm"');
    expect(page).toContain('<td>north &lt;1&gt;</td>');
    expect(page).toContain('<td>missing</td>');
  });

  it('allows its own style sheet and nothing else', async () => {
    const page = renderHtml(await factsOf([trainedRecord('car')]));
    const style = page.match(/<style>([\s\S]*)<\/style>/)?.[1] as string;
    const hash = createHash('sha256').update(style).digest('base64');
    expect(page).toContain(`default-src &#39;none&#39;; style-src &#39;sha256-${hash}&#39;`);
    expect(page).not.toMatch(/<script|\sstyle="|\son\w+="|https?:\/\//);
  });

  it('shows hostile names as text', async () => {
    const hostile = '<img src=x onerror=alert(1)></script>"\u202Egnp.exe';
    const facts = await factsOf([trainedRecord(hostile)]);
    const page = renderHtml(facts);
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;');
    expect(page).toContain('[U+202E]gnp.exe');
    expect(renderMarkdown(facts)).not.toContain('<img');
  });

  it('stays under 1 MB with 10,000 partitions and says what it left out', async () => {
    const records = Array.from({ length: 10_000 }, (_, i) => trainedRecord(`partition ${i}`, i));
    const facts = await factsOf(records);
    const page = renderHtml(facts);
    expect(Buffer.byteLength(page)).toBeLessThan(1_000_000);
    expect(facts.partitions.total).toBe(10_000);
    expect(facts.lift.reduce((sum, { count }) => sum + count, 0)).toBe(10_000);
    expect(page).toContain('partita runs show');
  });

  it('shows how the scores of many own models are spread, and of few none', async () => {
    const records = Array.from({ length: 20 }, (_, i) => trainedRecord(`partition ${i}`, i));
    const facts = await factsOf(records);
    expect(facts.scores?.reduce((sum, { count }) => sum + count, 0)).toBe(20);
    const caption = 'of their own model in cross-validation; higher is better';
    expect(renderHtml(facts)).toContain(caption);
    expect(renderHtml(await factsOf(records.slice(1)))).not.toContain(caption);
  });

  it('sends no escape sequence of a name to a terminal', async () => {
    const text = renderText(await factsOf([trainedRecord('car\u001b[31m')]));
    expect(text).toContain('car\\u001b[31m');
    expect(text).not.toContain('\u001b');
  });

  it('tells the same scores as Markdown and as text', async () => {
    const facts = await factsOf([trainedRecord('car', 1)]);
    for (const text of [renderMarkdown(facts), renderText(facts)]) {
      expect(text).toContain('car');
      expect(text).toContain('random_forest');
      expect(text).toContain('0.9000');
    }
  });

  it('tells in Markdown and as text what models need, who is in an ensemble and how parents did', async () => {
    const found = await factsOf([trainedRecord('car', 1)]);
    const [car] = found.partitions.shown;
    if (found.global === null || car === undefined) throw new RangeError('No models.');
    const members = [
      { weight: 0.7, algorithm: 'ridge', parameters: {} },
      { weight: 0.3, algorithm: 'knn', parameters: {} },
    ];
    const facts = {
      ...found,
      global: { ...found.global, algorithm: 'ensemble', parameters: { members } },
      parents: [{ ...car, name: 'south' }],
      spec: { ...found.spec, partition: { ...found.spec.partition, parents: ['region'] } },
    };
    const [markdown, text] = [renderMarkdown(facts), renderText(facts)];
    expect(markdown).toContain('- Without partition: 0.7 ridge + 0.3 knn');
    expect(text).toContain('Without partition: ensemble of 0.7 ridge + 0.3 knn');
    expect(markdown).toMatch(/^\| car \| engine\\?_rpm \| 0\.2100 \| 0\.0200 \| 200 \|/m);
    expect(text).toContain('car needs engine_rpm 0.2100, site 0.0400 (');
    expect(text).toContain('loss when dealt anew among 200 holdout rows');
    expect(markdown).toContain('## Partitions taken together by region');
    expect(markdown).toMatch(/^\| south \| [^|]+ \|/m);
    expect(text).toMatch(/^south +\d/m);
  });
});

describe('the table of prediction intervals', () => {
  const band = { level: 0.9, reach: 1, rows: 50, holdout: { rows: 20, covered: 18 } };
  async function withIntervals(count: number) {
    const records = Array.from({ length: count }, (_, i) => trainedRecord(`partition ${i}`, 1));
    const facts = await factsOf(records);
    const [row] = facts.partitions.shown;
    if (row?.own == null) throw new RangeError('No scores.');
    const scores = { ...row.own, band };
    const shown = facts.partitions.shown.map((one) => ({ ...one, own: scores }));
    const totals = { ...facts.totals, served: scores };
    return { ...facts, totals, partitions: { ...facts.partitions, shown } };
  }

  it('draws forty partitions and says of how many, and where the rest is', async () => {
    for (const total of [41, 500]) {
      const facts = await withIntervals(total);
      const rest = `40 of ${total} partitions are shown, those with the most rows; partita runs show`;
      const page = renderHtml(facts);
      expect(page).toContain(rest);
      expect(page.split('<td class="n">± 1').length - 1).toBe(40);
      expect(renderMarkdown(facts)).toContain(`40 of ${total} partitions are shown`);
    }
  });

  it('says nothing of a rest where there is none', async () => {
    expect(renderHtml(await withIntervals(40))).not.toContain('are shown');
  });
});

describe('report page', () => {
  it('answers in a sentence whether partitions deserve models of their own', async () => {
    expect(
      renderHtml(await factsOf([trainedRecord('car', 1), trainedRecord('loader', 2)])),
    ).toContain('All 2 partitions are clearly better off with a model of their own.');
    expect(
      renderHtml(await factsOf([trainedRecord('car', 0), trainedRecord('loader', 1)])),
    ).toContain('One of 2 partitions is clearly better off');
    expect(renderHtml(await factsOf([trainedRecord('car', 0)]))).toContain(
      'No partition is shown to need a model of its own',
    );
  });

  it('says what all partitions say together, in every form, and counts whom that lets answer', async () => {
    const record = trainedRecord('car');
    const pooled = record.chosen && {
      ...record.chosen,
      verdict: 'own' as const,
      reason: 'pooled_evidence' as const,
    };
    const found = await factsOf([
      { ...record, chosen: pooled },
      trainedRecord('loader', 1),
      trainedRecord('bus', 0),
    ]);
    const comparison = {
      difference: 0.04,
      interval: { low: 0.03, high: 0.05 },
      pValue: 1e-6,
      partitions: 12,
    };
    const facts = { ...found, totals: { ...found.totals, comparison } };
    expect(facts.verdicts).toEqual({ own: 1, global: 0, tie: 1, pooled: 1 });
    for (const text of [renderHtml, renderMarkdown, renderText].map((render) => render(facts)))
      expect(text.replaceAll('&#39;', "'")).toContain(
        "Taken together, own models are better by 0.040 (95 %: 0.030 … 0.050), although 2 single partitions can't be told apart; in 1 of those without a clear difference the own model answers, as partitions like them are better off so.",
      );
    const page = renderHtml(facts);
    expect(page).toContain('One of 3 partitions is clearly better off');
    expect(page).toContain('no clear difference, own model expected to be better');
  });

  it('leads from the table to the model in full', async () => {
    const page = renderHtml(await factsOf([trainedRecord('car'), trainedRecord('loader')]));
    expect(page).toContain('<a href="#model-2">loader</a>');
    expect(page).toContain('<details id="model-2">');
  });

  it('names the own best model where another one answers', async () => {
    const record = trainedRecord('car');
    const chosen = record.chosen && {
      ...record.chosen,
      model: digestBytes('global'),
      verdict: 'tie' as const,
    };
    const facts = await factsOf([{ ...record, chosen }]);
    const own = trainedModel(record.trained)?.facts.model.digest;
    expect(facts.partitions.shown[0]).toMatchObject({
      ownModel: own,
      model: digestBytes('global'),
    });
    expect(renderHtml(facts)).toContain(`<code class="soft">${own?.slice(7, 19)}</code>`);
  });

  it('says why nobody compared own and global, and why a partition could not be profiled', async () => {
    const record = trainedRecord('car');
    const chosen = record.chosen && {
      ...record.chosen,
      reason: 'not_compared' as const,
      verdict: 'tie' as const,
    };
    const failed = skippedRecord('crane');
    const profile = failedProfile(10, { reason: 'timeout', message: 'Over 600 s.' });
    const ended = failed.chosen && {
      ...failed.chosen,
      status: 'failed' as const,
      reason: 'timeout' as const,
    };
    const page = renderHtml(
      await factsOf([
        { ...record, chosen },
        { ...failed, profile, chosen: ended },
      ]),
    );
    expect(page).toContain('the two could not be compared');
    expect(page).toContain('crane: Profiling failed: Over 600 s.');
  });

  it('accounts for every row, and says what went wrong', async () => {
    const facts = await factsOf([failedRecord('crane', 'Matrix <singular>')]);
    expect(facts.data.split).toEqual({ crossValidated: 800, trainingOnly: 0, holdout: 200 });
    expect(facts.data.classes).toEqual([
      { label: 'active', rows: 600 },
      { label: 'idle', rows: 400 },
    ]);
    expect(renderHtml(facts)).toContain('crane: Matrix &lt;singular&gt;');
  });
});

describe('numbers', () => {
  it('have four significant digits, three below 0.1, and no exponent where people look', () => {
    expect([0.98211, 0.09534, 3.14159, 12345.6, 0.5, 0].map((value) => numberText(value))).toEqual([
      '0.9821',
      '0.0953',
      '3.142',
      '12\u202f346',
      '0.5000',
      '0',
    ]);
  });

  it('have one minus, whatever their size, and none where nothing is left of them', () => {
    const numbers = [-0.25, -12345.6, -2.97e-6, -3e12];
    expect(numbers.map((value) => numberText(value))).toEqual([
      '−0.2500',
      '−12\u202f346',
      '−2.97e−6',
      '−3.00e+12',
    ]);
    expect(numberText(-0.00000297, 0.9762)).toBe('0.0000');
  });

  it('give a difference the decimals of its score, and none that only a tiny score has', () => {
    expect(signedText(0.000297, 0.9762)).toBe('+0.0003');
    expect(signedText(-0.8176, 4.164)).toBe('−0.818');
    expect(signedText(0.00000297, 0.9762)).toBe('0');
    expect(signedText(-0.00000297)).toBe('−2.97e−6');
    expect(signedText(0.3059, 0.00012)).toBe('+0.3059');
    expect(numberText(12.5, 0.00012)).toBe('12.50');
    expect(signedText(0.000001, 0.0000725)).toBe('+1.00e−6');
  });

  it('tell of an interval, and of what it is around, two digits of how sure they are', () => {
    const wide = { low: 0.2681, high: 0.3437 };
    expect(signedText(0.3059, wide)).toBe('+0.306');
    expect(intervalText(wide)).toBe('+0.268 … +0.344');
    const unsure = { low: -0.0198, high: 0.0641 };
    expect(intervalText(unsure)).toBe('−0.020 … +0.064');
    expect(signedText(0.00031, unsure)).toBe('0');
    expect(rangeText({ low: 1234.5, high: 5678.9 })).toBe('1235 … 5679');
    expect(rangeText({ low: 12345.6, high: 12345.9 })).toBe('12\u202f345.60 … 12\u202f345.90');
    expect(rangeText({ low: 9999.123, high: 10000.98 })).toBe('9999.12 … 10\u202f000.98');
    // An end that is not zero is not told as zero.
    expect(intervalText({ low: 0.0004, high: 0.2 })).toBe('+0.0004 … +0.2000');
    expect(intervalText({ low: 1e-9, high: 0.2 })).toBe('0 … +0.200');
    expect(rangeText({ low: 0.00012, high: 0.00018 })).toBe('0.000120 … 0.000180');
    expect(rangeText({ low: 0.5, high: 0.5 })).toBe('0.5000 … 0.5000');
    expect(rangeText({ low: 0.00007177, high: 0.00007323 })).toBe('7.177e−5 … 7.323e−5');
    expect(numberText(0.00007251, { low: 0.00007, high: 0.000075 })).toBe('7.25e−5');
    expect(rangeText(null)).toBe('–');
  });
});
