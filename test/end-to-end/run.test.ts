import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/domain/result.ts';
import { Partita, readCsv } from '../support/partita.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples');
const partita = new Partita();
let weather: RunResult;

beforeAll(async () => {
  const { code, result } = await partita.run(join(EXAMPLES, 'weather/weather.partita.yaml'));
  expect(code).toBe(0);
  weather = result;
}, 240_000);
afterAll(() => partita.stop(), 120_000);

describe('a whole run on public data', () => {
  it('ends with a best model for every location and one without partition', () => {
    expect(weather.status).toBe('SUCCEEDED');
    expect(weather.partitions.map(({ partition, status }) => [partition, status])).toEqual([
      ['location=New York', 'trained'],
      ['location=Seattle', 'trained'],
    ]);
    for (const { cv, holdout, algorithm, model } of weather.partitions) {
      expect(cv).toBeGreaterThan(0.3);
      expect(holdout).toBeGreaterThan(0.3);
      expect(algorithm).toMatch(/^\w+$/);
      expect(model).toMatch(/^sha256:[0-9a-f]{64}$/);
    }
    expect(weather.global?.holdout).toBeGreaterThan(0.3);
  });

  it('accounts for every row of the source', () => {
    expect(weather.partitions.map(({ rows }) => rows)).toEqual([1461, 1461]);
    expect(weather.counts.rows).toBe(2922);
  });

  it.each(['oof', 'holdout'] as const)('scores what its %s predictions give', async (split) => {
    const out = join(partita.folder, `${split}.csv`);
    const { code } = await partita.command(
      'predictions',
      weather.runId,
      '--split',
      split,
      '--out',
      out,
    );
    expect(code).toBe(0);
    const rows = readCsv(out);
    const score = split === 'oof' ? 'cv' : 'holdout';
    for (const partition of weather.partitions) {
      const own = rows.filter(
        (row) => row['partition'] === partition.partition && row['scope'] === 'own',
      );
      const global = rows.filter(
        (row) => row['partition'] === partition.partition && row['scope'] === 'global',
      );
      expect(Math.abs(balancedAccuracy(own) - (partition[score] as number))).toBeLessThan(1e-9);
      expect(Math.abs(balancedAccuracy(global) - (partition.global[score] as number))).toBeLessThan(
        1e-9,
      );
      expect(own.map(({ row }) => row)).toEqual(global.map(({ row }) => row));
    }
    const everywhere = rows.filter((row) => row['scope'] === 'global');
    expect(
      Math.abs(balancedAccuracy(everywhere) - (weather.global?.[score] as number)),
    ).toBeLessThan(1e-9);
  });

  it('writes a report that can be opened', async () => {
    expect(existsSync(weather.report as string)).toBe(true);
    const html = readFileSync(weather.report as string, 'utf8');
    expect(html.match(/weather-by-location/)).not.toBeNull();
    expect(html.match(/SUCCEEDED/)).not.toBeNull();
    for (const format of ['json', 'md', 'text']) {
      const { code, stdout } = await partita.command('report', weather.runId, '--format', format);
      expect(code).toBe(0);
      expect(stdout).toContain('Seattle');
    }
  });

  it('gives the same model digests again, with one thread', async () => {
    const again = await partita.run(
      join(EXAMPLES, 'weather/weather.partita.yaml'),
      '--threads',
      '1',
    );
    expect(again.result.snapshot).toBe(weather.snapshot);
    expect(again.result.partitions.map(({ model }) => model)).toEqual(
      weather.partitions.map(({ model }) => model),
    );
    expect(again.result.global?.model).toBe(weather.global?.model);
  }, 240_000);

  it('tells the next plan how long its fits took', async () => {
    const spec = join(EXAMPLES, 'weather/weather.partita.yaml');
    expect((await partita.command('plan', spec)).stdout).toMatch(
      /^About .* of training, by the times of earlier runs\.$/m,
    );
  }, 120_000);

  it('tells which data, spec, code and seed made a model', async () => {
    const model = weather.partitions[0]?.model as string;
    const { code, stdout } = await partita.command('lineage', model, '--json');
    expect(code).toBe(0);
    expect(stdout).toContain(weather.runId);
    expect(stdout).toContain(weather.snapshot as string);
    expect(stdout).toContain(weather.spec);
  });

  it('scores new rows by the model of their partition, and says who answered', async () => {
    const data = join(partita.folder, 'new.csv');
    writeFileSync(
      data,
      'location,date,precipitation,temp_max,temp_min,wind\nSeattle,2016-01-01,0.0,12.8,5.0,4.7\nAtlantis,2016-01-02,10.9,10.6,2.8,4.5\n',
    );
    const out = join(partita.folder, 'scored.csv');
    const ended = await partita.command(
      'predict',
      weather.runId,
      '--data',
      data,
      '--out',
      out,
      '--explain',
      '2',
    );
    expect(ended.code, ended.stderr).toBe(0);
    const rows = readCsv(out);
    expect(rows).toHaveLength(2);
    for (const row of rows) {
      expect(row['explained']).toContain(` of ${row['prediction']}`);
      expect(row['column_1']).toBeTruthy();
      const parts = ['base', 'contribution_1', 'contribution_2', 'other'];
      const total = parts.reduce((sum, name) => sum + Number(row[name]), 0);
      if (row['explained']?.startsWith('probability'))
        expect(total).toBeCloseTo(Number(row[`p:${row['prediction']}`]), 5);
    }
    for (const row of rows) expect(row['prediction']).toMatch(/^(drizzle|rain|sun|snow|fog)$/);
    expect(rows[1]).toMatchObject({
      rung: 'global',
      reason: 'unseen_partition',
      model: weather.global?.model,
    });
  });

  it('is one file, which answers the same where no database is, and loses and gets a member', async () => {
    const data = join(partita.folder, 'new.csv');
    const out = join(partita.folder, 'scored.csv');
    const set = join(partita.folder, 'weather.partita');
    const exported = await partita.command('export', weather.runId, '--out', set);
    expect([exported.code, exported.stderr]).toEqual([0, expect.stringContaining('2 partitions')]);
    // Whoever asks the database fails.
    const alone = new Partita({ DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nowhere' });
    const asked = ['--data', data, '--out', join(alone.folder, 'scored.csv'), '--explain', '2'];
    const scored = await alone.command('predict', set, ...asked);
    expect(scored.code, scored.stderr).toBe(0);
    expect(readFileSync(join(alone.folder, 'scored.csv'))).toEqual(readFileSync(out));

    const seattle = ['--partition', 'location=Seattle'];
    const gone = await alone.command(
      'modelset',
      'withdraw',
      set,
      '--partition',
      'Seattle',
      '--reason',
      'snow',
    );
    expect(gone.code, gone.stderr).toBe(0);
    const shown = await alone.command('modelset', 'show', set, ...seattle);
    expect(shown.stderr).toContain(
      `location=Seattle: global ${weather.global?.model} (withdrawn: snow)`,
    );
    const change = ['--run', weather.runId, ...seattle];
    const back = await partita.command('modelset', 'replace', set, ...change);
    expect(back.stderr).toContain('version 3');
    expect((await alone.command('modelset', 'verify', set)).stderr).toContain('1 model read');
  }, 120_000);
});

function balancedAccuracy(rows: readonly { readonly [column: string]: string }[]): number {
  const classes = new Map<string, { right: number; all: number }>();
  for (const { truth = '', prediction } of rows) {
    const count = classes.get(truth) ?? { right: 0, all: 0 };
    classes.set(truth, { right: count.right + (truth === prediction ? 1 : 0), all: count.all + 1 });
  }
  const recalls = [...classes.values()].map(({ right, all }) => right / all);
  return recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
}

describe('a forecast of public data', () => {
  it('is the next rows of every partition, each with its interval', async () => {
    const { code, result } = await partita.run(join(EXAMPLES, 'weather/forecast.partita.yaml'));
    expect(code).toBe(0);
    expect(result).toMatchObject({ task: 'forecast', metric: 'mase' });
    const { intervals } = result.totals.served ?? {};
    expect(intervals?.coverage).toBeGreaterThan(0.8);
    const history = join(EXAMPLES, '../node_modules/vega-datasets/data/weather.csv');
    const out = join(partita.folder, 'next.csv');
    const predicted = await partita.command(
      'predict',
      result.runId,
      '--data',
      history,
      '--out',
      out,
    );
    expect(predicted.code).toBe(0);
    const next = readCsv(out);
    const days = [1, 2, 3, 4, 5, 6, 7].map((day) => `2016-01-0${day} 00:00:00`);
    for (const city of ['New York', 'Seattle']) {
      const rows = next.filter(({ location }) => location === city);
      expect(rows.map(({ time }) => time)).toEqual(days);
      expect(rows.map(({ step }) => Number(step))).toEqual([1, 2, 3, 4, 5, 6, 7]);
      for (const { lower, prediction, upper } of rows) {
        expect(Number(lower)).toBeLessThan(Number(prediction));
        expect(Number(upper)).toBeGreaterThan(Number(prediction));
      }
    }
    const onSpark = await partita.command(
      'predict',
      result.runId,
      '--engine',
      'spark',
      '--data',
      history,
      '--out',
      out,
    );
    expect(onSpark).toMatchObject({ code: 2 });
    expect(onSpark.stderr).toContain('goes on from the history');
  });
});
