import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/domain/result.ts';
import { seededDraws } from '../support/draws.ts';
import { csvOf, Partita, type Row, readCsv } from '../support/partita.ts';

const partita = new Partita();
afterAll(() => partita.stop(), 120_000);

const ROWS = 30;
const KEYS = [
  '"; drop table run; --',
  'a/b',
  '..',
  '',
  null,
  '\\N',
  '🙂',
  'x'.repeat(5 * 1024),
  '\u00e9',
  'e\u0301',
  '<img src=x onerror=alert(1)>',
  '%2F=50 %',
  'two\nlines, "quoted"',
  '\u001b[31mred\u0007',
  'constructor',
  'x]]><script>alert(1)</script>',
];
const LABELS = ['yes, "sir"', 'no\nway', 'No\nway', '<b>', '__proto__'];

/** Columns that are named like what they must not break; `row` identifies, `__proto__` divides, `prediction` is learned. */
function hostileRows(): readonly Row[] {
  const draws = seededDraws(1);
  return KEYS.flatMap((key, k) =>
    Array.from({ length: ROWS }, (_, i) => {
      const value = draws.uniform();
      return Object.fromEntries([
        ['__proto__', key],
        ['row', `${k}, "${i}"`],
        ['"; drop table run; --', value],
        ['A/B', Math.round(100 * draws.uniform())],
        ['a/b', draws.uniform()],
        ['..', draws.uniform() < 0.5 ? 'left, right' : '<i>'],
        ['\u00e9', draws.uniform()],
        ['e\u0301', draws.uniform()],
        ['partition', draws.uniform() < 0.1 ? null : draws.normal()],
        ['<img src=x onerror=alert(1)>', draws.integer(5)],
        ['prediction', LABELS[Math.floor(value * LABELS.length)] as string],
      ]);
    }),
  );
}

describe('a table whose names and texts want to be something else', () => {
  const rows = hostileRows();
  let result: RunResult;

  beforeAll(async () => {
    partita.write('hostile.csv', csvOf(rows));
    const spec = partita.writeSpec({
      name: 'hostile',
      data: { source: { kind: 'csv', path: 'hostile.csv' } },
      partition: { by: '__proto__', min_rows: 20 },
      target: { column: 'prediction', task: 'classification' },
      columns: { id: 'row' },
      algorithms: ['baseline', 'decision_tree'],
      metric: 'accuracy',
    });
    const ended = await partita.run(spec);
    expect(ended.code, ended.stderr).toBe(0);
    result = ended.result;
  }, 240_000);

  it('has a model for every key, told as it stands in the table', () => {
    expect(result.status).toBe('SUCCEEDED');
    expect(new Set(result.partitions.map(({ key }) => Object.entries(key)[0]?.[1]))).toEqual(
      new Set(KEYS),
    );
    expect(result.partitions.map(({ key }) => Object.keys(key))).toEqual(
      KEYS.map(() => ['__proto__']),
    );
    expect(result.partitions.map(({ status, rows: count }) => [status, count])).toEqual(
      KEYS.map(() => ['trained', ROWS]),
    );
  });

  it('has predictions that give its scores', async () => {
    const predicted = await partita.predictions(result.runId, 'oof');
    const probabilities = LABELS.toSorted().map((label) => `p:${label}`);
    expect(Object.keys(predicted[0] as object)).toEqual(
      ['row', 'partition', 'scope', 'fold', 'truth', 'prediction'].concat(probabilities, [
        'id',
        'repeat',
        'candidate',
      ]),
    );
    expect(new Set(predicted.map(({ truth }) => truth))).toEqual(new Set(LABELS));
    const given = new Set(rows.map((row) => row['row']));
    expect(predicted.filter(({ id }) => !given.has(id as string))).toEqual([]);
    for (const { partition, cv } of result.partitions) {
      const own = predicted.filter(
        (row) => row['partition'] === partition && row['scope'] === 'own',
      );
      const right = own.filter(({ truth, prediction }) => truth === prediction).length;
      expect(cv).toBeCloseTo(right / own.length, 12);
    }
  });

  it('has reports in which nothing of it is more than text', async () => {
    const html = readFileSync(result.report as string, 'utf8');
    expect(html.match(/&lt;img src=x onerror=alert\(1\)&gt;/)).not.toBeNull();
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    expect(html.match(/<img|<script|<i>|[\u0000-\u0009\u000b-\u001f]/g)).toBeNull();
    for (const format of ['md', 'text']) {
      const { stdout } = await partita.command('report', result.runId, '--format', format);
      // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
      expect(stdout.match(/[\u0000-\u0009\u000b-\u001f]/g)).toBeNull();
      if (format === 'md') expect(stdout.match(/(?<![`\\])<\w+/g)).toBeNull();
    }
  });

  it('is scored again by the models of its keys', async () => {
    const out = join(partita.folder, 'scored.csv');
    const data = join(partita.folder, 'hostile.csv');
    const ended = await partita.command('predict', result.runId, '--data', data, '--out', out);
    expect(ended.code, ended.stderr).toBe(0);
    const scored = readCsv(out);
    expect(scored).toHaveLength(rows.length);
    expect(Object.keys(scored[0] as object).slice(0, 4)).toEqual([
      'row',
      '__proto__',
      'row (2)',
      'prediction',
    ]);
    expect(scored.map((row) => row['row (2)'])).toEqual(rows.map((row) => row['row']));
    expect(scored.filter(({ reason }) => reason === 'unseen_partition')).toEqual([]);
    expect(scored.filter(({ prediction }) => !LABELS.includes(prediction as string))).toEqual([]);
  });

  it('leaves the database as it was', async () => {
    const runs = await partita.json<readonly { readonly runId: string }[]>('runs', 'ls');
    expect(runs.map(({ runId }) => runId)).toEqual([result.runId]);
  });
});

describe('a key of several columns, one of them cut into bins', () => {
  it('keeps missing parts, and finds its bins again', async () => {
    const draws = seededDraws(2);
    const rows = Array.from({ length: 240 }, (_, i) => {
      const load = i % 6 === 0 ? null : i;
      const x = draws.uniform();
      return { site: ['a/b', null][i % 2] as string | null, load, x, y: 3 * x + draws.normal() };
    });
    partita.write('bins.csv', csvOf(rows));
    const spec = partita.writeSpec({
      name: 'bins',
      data: { source: { kind: 'csv', path: 'bins.csv' } },
      partition: { by: ['site', 'load'], bins: { load: { edges: [100] } }, min_rows: 10 },
      target: { column: 'y', task: 'regression' },
      algorithms: ['ridge'],
    });
    const { code, stderr, result } = await partita.run(spec);
    expect(code, stderr).toBe(0);
    expect(
      result.partitions.map(({ key, rows: count }) => [key['site'], key['load'], count]),
    ).toEqual([
      [null, 'below 100', 50],
      [null, 'from 100', 70],
      ['a/b', null, 40],
      ['a/b', 'below 100', 33],
      ['a/b', 'from 100', 47],
    ]);

    const data = partita.write('new.csv', csvOf([{ site: 'a/b', load: 1e3, x: 0.5 }]));
    const out = join(partita.folder, 'bins-scored.csv');
    await partita.command('predict', result.runId, '--data', data, '--out', out);
    expect(readCsv(out)).toMatchObject([{ site: 'a/b', load: 'from 100' }]);
    expect(Number(readCsv(out)[0]?.['prediction'])).toBeLessThan(20);
  }, 120_000);
});
