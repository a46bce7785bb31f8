import { describe, expect, it } from 'vitest';
import type { Advice, AdvisedDivision } from '../../src/operations/outlook.ts';
import { runCli, soleJson } from './run-cli.ts';

function division(by: readonly string[], changes: Partial<AdvisedDivision> = {}): AdvisedDivision {
  return {
    by,
    isAsWritten: false,
    verdict: 'same',
    score: 0.81,
    lift: -0.003,
    interval: { low: -0.01, high: 0.004 },
    pValue: 0.62,
    partitions: 4,
    own: 4,
    tooSmall: 0.125,
    smallest: 212,
    median: 240,
    largest: 300,
    fits: 65,
    estimatedSeconds: 40,
    ...changes,
  };
}

const PAYING = division(['region', 'store'], {
  verdict: 'pays',
  score: 0.87,
  lift: 0.06,
  interval: { low: 0.04, high: 0.08 },
  pValue: 0.005,
});

function adviceOf(changes: Partial<Advice> = {}): Advice {
  return {
    source: 'csv sales.csv',
    metric: 'accuracy',
    rows: 50_000,
    sampled: 10_000,
    advice: { partition: ['region', 'store'], because: 'pays' },
    withoutPartition: { score: 0.81, fits: 13, estimatedSeconds: 3 },
    divisions: [PAYING, division(['colour\u001b[31m'], { isAsWritten: true })],
    tested: 12,
    notTried: [{ column: 'receipt', because: 'too few rows for 50000 values' }],
    estimateBasis: 'cost_model',
    warnings: [],
    ...changes,
  };
}

const advise = (advice: Advice, ...options: string[]) =>
  runCli(['advise', ...options], { services: { advise: () => Promise.resolve(advice) } });

describe('advise', () => {
  it('says the answer first, then what it rests on, on one screen', async () => {
    const { exitCode, stdout } = await advise(adviceOf());
    const lines = stdout.split('\n');
    expect(exitCode).toBe(0);
    expect(lines[0]).toMatch(/^Partition by region × store: .*\(\+0\.060 accuracy\)\.$/);
    const table = lines.filter((line) => /region|nothing|colour/.test(line)).slice(1);
    expect(table.map((line) => line.trim().split(/ {2,}/)[0])).toEqual([
      'region × store',
      '(nothing)',
      'colour\\u001b[31m *',
    ]);
    expect(table[0]).toContain('yes (p 0.005)');
    expect(table[2]).toContain('12.5 %');
    expect(stdout).toContain('not tried: receipt, too few rows');
    expect(stdout).not.toContain('\u001b');
    expect(lines.length).toBeLessThan(25);
  });

  it.each([
    ['same', 'Do not partition: no column divides'],
    ['differs', 'Do not partition yet: partitions differ, .* Try more --rows\\.'],
    ['nothing_to_try', 'Do not partition: no column can be the key'],
  ] as const)('says not to partition where that is the truth (%s)', async (because, text) => {
    const divisions = because === 'nothing_to_try' ? [] : [division(['colour'])];
    const advice = adviceOf({ advice: { partition: null, because }, divisions });
    expect((await advise(advice)).stdout).toMatch(new RegExp(`^${text}`));
  });

  it('stays on one screen with many columns, and counts what it leaves out', async () => {
    const divisions = Array.from({ length: 40 }, (_, i) => division([`c${i}`]));
    const notTried = Array.from({ length: 40 }, (_, i) => ({ column: `n${i}`, because: 'no' }));
    const { stdout } = await advise(adviceOf({ divisions, notTried }));
    expect(stdout.split('\n').length).toBeLessThan(32);
    expect(stdout).toContain('and 28 more');
    expect(stdout).toContain('and 36 columns more');
  });

  it('gives all of it as one line of JSON', async () => {
    expect(soleJson(await advise(adviceOf(), '--json'))).toEqual(adviceOf());
  });

  it('asks for as many rows as are wanted, and refuses too few', async () => {
    const asked: number[] = [];
    const services = {
      advise: ({ rows }: { readonly rows: number }) => {
        asked.push(rows);
        return Promise.resolve(adviceOf());
      },
    };
    await runCli(['advise', '--rows', '500'], { services });
    await runCli(['advise'], { services });
    expect(asked).toEqual([500, 10_000]);
    expect((await runCli(['advise', '--rows', '5'], { services })).exitCode).toBe(2);
  });
});
