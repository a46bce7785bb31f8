import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/domain/result.ts';
import { seededDraws } from '../support/draws.ts';
import {
  HOSTILE_KEYS,
  HOSTILE_LABELS,
  HOSTILE_ROWS,
  hostileRows,
} from '../support/hostile-table.ts';
import { csvOf, Partita, readCsv } from '../support/partita.ts';

const partita = new Partita();
afterAll(() => partita.stop(), 120_000);

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
      new Set(HOSTILE_KEYS),
    );
    expect(result.partitions.map(({ key }) => Object.keys(key))).toEqual(
      HOSTILE_KEYS.map(() => ['__proto__']),
    );
    expect(result.partitions.map(({ status, rows: count }) => [status, count])).toEqual(
      HOSTILE_KEYS.map(() => ['trained', HOSTILE_ROWS]),
    );
  });

  it('has predictions that give its scores', async () => {
    const predicted = await partita.predictions(result.runId, 'oof');
    const probabilities = HOSTILE_LABELS.toSorted().map((label) => `p:${label}`);
    expect(Object.keys(predicted[0] as object)).toEqual(
      ['row', 'partition', 'scope', 'fold', 'truth', 'prediction'].concat(probabilities, [
        'id',
        'repeat',
        'candidate',
      ]),
    );
    expect(new Set(predicted.map(({ truth }) => truth))).toEqual(new Set(HOSTILE_LABELS));
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
    expect(
      scored.filter(({ prediction }) => !HOSTILE_LABELS.includes(prediction as string)),
    ).toEqual([]);
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
