import { createColors } from 'picocolors';
import { describe, expect, it } from 'vitest';
import { fullTable, resultText } from '../../src/cli/result-text.ts';
import { resultOf, rowOf } from './fake-services.ts';

const plain = createColors(false);

describe('the result for people', () => {
  it('shows who answers for each partition, and why not', () => {
    const text = resultText(
      resultOf({
        status: 'PARTIAL',
        partitions: [
          rowOf('a'),
          rowOf('b', { verdict: 'global' }),
          rowOf('c', {
            status: 'global',
            reason: 'too_small',
            verdict: null,
            algorithm: null,
            cv: null,
            holdout: null,
          }),
          rowOf('d', { status: 'skipped', reason: 'single_class', verdict: null }),
        ],
      }),
      plain,
    );
    expect(text).toMatch(/^ a .* own$/m);
    expect(text).toMatch(/^ b .* global$/m);
    expect(text).toMatch(/^ c\s+1.200\s+–\s+0\.8500\s+–\s+\+0\.0600\s+–\s+global \(too small\)$/m);
    expect(text).toMatch(/^ d .* nobody \(skipped: only one class\)$/m);
    expect(text).toMatch(/^ without partition\s+4.800\s+logistic\s+0\.8500\s+0\.8400\s*$/m);
    expect(text).toContain('PARTIAL');
    expect(text).toContain(
      '2 trained on their own rows; 1 answered by the model without partition; 1 skipped, without an answer',
    );
  });

  it('tells a partition that was taken over like one that was trained', () => {
    const partitions = [rowOf('a', { status: 'reused', verdict: 'tie' })];
    expect(resultText(resultOf({ partitions }), plain)).toMatch(/^ a .* global \(tie\)$/m);
  });

  it('tells what the model without partition needs, or where that is told of the others', () => {
    const needs = [
      { column: 'rpm', loss: 0.21 },
      { column: 'site', loss: 0.04 },
    ];
    const { global } = resultOf();
    const text = resultText(resultOf({ global: global && { ...global, needs } }), plain);
    expect(text).toContain('the global model needs rpm (0.2100), site (0.0400)');
    const without = resultOf({ global: null, partitions: [rowOf('a', { needs })] });
    expect(resultText(without, plain)).toContain('partita report run-1 --format md');
    expect(resultText(resultOf(), plain)).not.toContain('needs');
  });

  it('cuts a long table and says where the rest is', () => {
    const partitions = Array.from({ length: 1000 }, (_, i) => rowOf(`store ${i}`));
    const text = resultText(resultOf({ partitions }), plain);
    expect(text).toContain('store 29');
    expect(text).not.toContain('store 30 ');
    expect(text).toMatch(/… and 970 more: partita runs show run-1 --all/);
    expect(fullTable(resultOf({ partitions }), plain)).toContain('store 999');
  });

  it('says which direction is better, the totals, the warnings and what to do next', () => {
    const text = resultText(
      resultOf({ metric: 'rmse', warnings: ['weather looks like an id'] }),
      plain,
    );
    expect(text).toContain('lower is better, 0 is perfect');
    expect(text).toContain('0.9000 by own models, 0.8400 by the global model');
    expect(text).toContain('warning: weather looks like an id');
    expect(text).toContain('partita predict run-1 --data new.csv');
  });

  it('says what all partitions say together, beside those that their own rows leave open', () => {
    const result = resultOf({
      partitions: [
        rowOf('a'),
        rowOf('b', { verdict: 'tie' }),
        rowOf('c', { verdict: 'own', reason: 'pooled_evidence' }),
      ],
    });
    const textWith = (difference: number, low: number, high: number) => {
      const comparison = { difference, interval: { low, high }, partitions: 12 };
      return resultText({ ...result, totals: { ...result.totals, comparison } }, plain);
    };
    expect(textWith(0.09, 0.08, 0.1)).toContain(
      "Taken together, own models are better by 0.090 (95 %: 0.080 … 0.100), although 2 single partitions can't be told apart; in 1 of those without a clear difference the own model answers, as partitions like them are better off so.",
    );
    expect(textWith(-0.09, -0.1, -0.08)).toContain(
      "Taken together, the model without partition is better by 0.090 (95 %: 0.080 … 0.100), although 2 single partitions can't be told apart; in 1 of those without a clear difference the own model answers nevertheless, as partitions like them differ that much.",
    );
    expect(textWith(0.01, -0.01, 0.03)).toContain(
      'Taken together, too, there is no clear difference: own models are ahead by +0.010 (95 %: −0.010 … +0.030); in 1 of those without a clear difference the own model answers nevertheless, as partitions like them differ that much.',
    );
    expect(textWith(0.09, 0.08, 0.1)).toMatch(
      /^ c .* own \(by what partitions like it say together\)$/m,
    );
    expect(resultText(result, plain)).not.toContain('Taken together');
    const comparison = { difference: 0.09, interval: { low: 0.08, high: 0.1 }, partitions: 12 };
    const parents = [rowOf('region')];
    expect(
      resultText({ ...result, parents, totals: { ...result.totals, comparison } }, plain),
    ).toMatch(/Taken together, own models are better by 0.090 \(95 %: 0.080 … 0.100\)\.$/m);
  });

  it('says what went wrong with a partition', () => {
    const partitions = [
      rowOf('a', { status: 'failed', reason: 'timeout', message: 'Over 600 s.', verdict: null }),
    ];
    expect(resultText(resultOf({ status: 'PARTIAL', partitions }), plain)).toContain(
      'a failed: Over 600 s.',
    );
  });

  it('begins with why a run failed, and shows no table without a row', () => {
    const text = resultText(
      resultOf({
        status: 'FAILED',
        error: 'No column "x".',
        partitions: [],
        global: null,
        report: null,
      }),
      plain,
    );
    expect(text.split('\n')[1]).toBe('No column "x".');
    expect(text).not.toContain('report   ');
    expect(text).not.toContain('best own model');
  });

  it('uses no escape sequence without colours', () => {
    expect(resultText(resultOf(), plain)).not.toContain('\u001b');
    expect(resultText(resultOf(), createColors(true))).toContain('\u001b');
  });
});
