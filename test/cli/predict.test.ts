import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PredictRequest, TablePredictRequest } from '../../src/operations/requests.ts';
import { runCli } from './run-cli.ts';

describe('predict', () => {
  it('names files from where it runs, and counts who answered', async () => {
    const requests: PredictRequest[] = [];
    const services = {
      predict: (request: PredictRequest) => {
        requests.push(request);
        return Promise.resolve({ out: request.out, rows: 12, rungs: { own: 10, global: 2 } });
      },
    };
    const args = ['predict', 'r', '--data', 'new.csv', '--out', 'scored.csv'];
    const ran = await runCli(args, { services });
    expect(requests).toEqual([
      { run: 'r', data: join(ran.folder, 'new.csv'), out: join(ran.folder, 'scored.csv') },
    ]);
    expect(ran.stderr).toContain('Wrote 12 rows to scored.csv: 10 own, 2 global.');
  });

  it('asks what moved each prediction, of five columns or as many as are said, and says where nobody knows', async () => {
    const asked: (number | undefined)[] = [];
    const services = {
      predict: ({ out, explain }: PredictRequest) => {
        asked.push(explain);
        return Promise.resolve({ out, rows: 12, rungs: { own: 12 }, unexplained: { knn: 4 } });
      },
    };
    const args = ['predict', 'r', '--data', 'new.csv', '--out', 'scored.csv', '--explain'];
    const ran = await runCli(args, { services });
    await runCli([...args, '2'], { services });
    expect(asked).toEqual([5, 2]);
    expect(ran.stderr).toContain("4 rows without an explanation: knn can't say");
    const none = await runCli([...args, '0'], { services });
    const onSpark = await runCli([...args, '--engine', 'spark'], { services });
    expect([none.exitCode, onSpark.exitCode]).toEqual([2, 2]);
    expect(onSpark.stderr).toContain('without --engine spark');
  });

  it('hands a table of a cluster to the cluster, under the names that it knows', async () => {
    const asked: TablePredictRequest[] = [];
    const services = {
      predictTable: (request: TablePredictRequest) => {
        asked.push(request);
        return Promise.resolve({ out: 'scored', rows: 3, rungs: { own: 3 } });
      },
    };
    const out = 's3a://lake/scored';
    const paths = await runCli(
      ['predict', 'r', '--engine', 'spark', '--data', 'new', '--out', out],
      { services },
    );
    const tables = ['--table', 'new', '--out-table', 'scored', '--remote', 'sc://h:1'];
    const named = await runCli(['predict', 'r', ...tables], { services });
    expect(asked).toEqual([
      { run: 'r', data: { path: join(paths.folder, 'new') }, out: { path: out } },
      { run: 'r', data: { table: 'new' }, out: { table: 'scored' }, remote: 'sc://h:1' },
    ]);
    expect(named.stderr).toContain('Wrote 3 rows to scored: 3 own.');
    const nothing = await runCli(['predict', 'r', '--out', 'x.csv'], { services });
    expect(nothing.exitCode).toBe(2);
    expect(nothing.stderr).toContain('needs --data FILE');
  });
});
