import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/domain/result.ts';
import { sql, writeTable } from '../../src/engines/spark/connect/plan.ts';
import { parseRemote } from '../../src/engines/spark/connect/remote.ts';
import { SparkSession } from '../../src/engines/spark/connect/spark-session.ts';
import type { Garbage } from '../../src/operations/collect-garbage.ts';
import type { PredictResult } from '../../src/operations/requests.ts';
import { GLOBAL_PARTITION } from '../../src/stores/run-records.ts';
import { seededDraws } from '../support/draws.ts';
import { type NotingProxy, startNotingProxy } from '../support/noting-proxy.ts';
import { csvOf, Partita, type Row, type SpecWishes } from '../support/partita.ts';
import { BUCKET, startTestS3, type TestS3 } from '../support/s3.ts';
import { startTestSpark, type TestSpark } from '../support/spark.ts';

const MINUTE = 60_000;
const KINDS = ['car', 'drill', 'loader', 'pump'];

/** Rows of several kinds, each with a rule of its own. */
function table(): readonly Row[] {
  return KINDS.flatMap((kind, k) => {
    const draws = seededDraws(k + 1);
    return Array.from({ length: 60 }, (_, i) => {
      const x = draws.uniform();
      const site = draws.integer(2) === 0 ? 'north' : 'south';
      const label = (k % 2 === 0 ? x > 0.5 : site === 'north') ? 'yes' : 'no';
      return { kind, x, site, label, reading: `${kind}-${i}` };
    });
  });
}

const ABOUT_KINDS: Omit<SpecWishes, 'name' | 'data'> = {
  partition: { by: 'kind', min_rows: 20 },
  target: { column: 'label', task: 'classification' },
  columns: { id: 'reading' },
  algorithms: ['baseline', 'logistic'],
  engine: { remote: '${env:SPARK_REMOTE}' },
};

describe('runs on Spark with objects in a bucket', { timeout: 10 * MINUTE }, () => {
  let spark: TestSpark;
  let s3: TestS3;
  let proxy: NotingProxy;
  let partita: Partita;
  let ofFile: RunResult;
  let ofTable: RunResult;
  const runs: string[] = [];

  beforeAll(async () => {
    [spark, s3] = await Promise.all([startTestSpark(), startTestS3()]);
    proxy = await startNotingProxy(s3.port);
    partita = new Partita({
      ...s3.environment,
      AWS_ENDPOINT_URL_S3: `http://127.0.0.1:${proxy.port}`,
      PARTITA_OBJECTS: `s3://${BUCKET}/runs`,
      SPARK_REMOTE: spark.remote,
    });
    partita.write('kinds.csv', csvOf(table()));
  }, 15 * MINUTE);
  afterAll(async () => {
    await partita?.stop();
    await proxy?.close();
    await Promise.all([s3?.stop(), spark?.stop()]);
  }, 2 * MINUTE);

  const run = async (spec: string, ...more: readonly string[]): Promise<RunResult> => {
    const { code, result, stderr } = await partita.run(spec, ...more);
    expect(code, stderr).toBe(0);
    runs.push(result.runId);
    return result;
  };
  /** The packs of what a run has trained on its partitions. */
  const packsOf = async ({ runId }: RunResult) => {
    const rows = await partita.query(
      `select pack_digest as pack from model where run_id = $1 and partition_id <> $2
       union select predictions_pack from training where run_id = $1 and partition_id <> $2`,
      [runId, GLOBAL_PARTITION],
    );
    return rows.map(({ pack }) => String(pack));
  };
  /** The objects that were made in the bucket so. */
  const made = (isSo: (noted: NotingProxy['noted'][number]) => boolean) =>
    proxy.noted.filter(isSo).flatMap(({ path }) => {
      const [, start, rest] = /\/sha256\/(..)\/([0-9a-f]{62})/.exec(path) ?? [];
      return rest === undefined ? [] : [`sha256:${start}${rest}`];
    });

  it('give the models of a local run, which came to the bucket from the executors', async () => {
    const spec = partita.writeSpec({
      ...ABOUT_KINDS,
      name: 'kinds',
      data: { source: { kind: 'csv', path: 'kinds.csv' } },
    });
    // First, so that nobody has put the same packs yet.
    const there = await run(spec, '--engine', 'spark');
    const packs = await packsOf(there);
    const sent = proxy.noted.filter(
      ({ method, path }) => method === 'POST' && /^\/objects-of-tests\/?$/.test(path),
    );
    const moved = made(({ copySource = '' }) => copySource.includes('/runs/incoming/'));
    const put = made(({ method, copySource }) => method === 'PUT' && copySource === undefined);
    expect(packs.length).toBeGreaterThan(0);
    expect(moved).toEqual(expect.arrayContaining(packs));
    expect(sent.length).toBeGreaterThanOrEqual(packs.length);
    expect(put.filter((digest) => packs.includes(digest))).toEqual([]);
    expect(await s3.keys('runs/incoming/')).toEqual([]);
    ofFile = await run(spec, '--engine', 'local');
    expect(modelsOf(there)).toEqual(modelsOf(ofFile));
  });

  it('keep the snapshot of a table that only the cluster reads, and answer when no copy is near', async () => {
    const path = join(partita.folder, 'kinds.csv');
    const session = await SparkSession.open(parseRemote(spark.remote));
    const rows = `SELECT _c0 AS kind, CAST(_c1 AS DOUBLE) AS x, _c2 AS site, _c3 AS label, _c4 AS reading FROM csv.\`${path}\` WHERE _c0 <> 'kind'`;
    await session.run(writeTable(sql(rows), 'kinds'));
    await session.release();
    const spec = partita.writeSpec({
      ...ABOUT_KINDS,
      name: 'table',
      data: { source: { kind: 'spark', table: 'kinds' } },
      engine: { kind: 'spark', remote: '${env:SPARK_REMOTE}' },
    });
    ofTable = await run(spec);
    expect(ofTable.snapshot).toBe(ofFile.snapshot);
    expect(modelsOf(ofTable)).toEqual(modelsOf(ofFile));
    expect(await s3.keys('runs/folders/')).not.toEqual([]);

    const predicted = async ({ runId }: RunResult) => {
      const out = join(partita.folder, `${runId}.csv`);
      await partita.json<PredictResult>('predict', runId, '--data', path, '--out', out);
      return readFileSync(out, 'utf8');
    };
    const before = await predicted(ofFile);
    rmSync(join(partita.folder, '.partita', 'objects', 'sha256'), { recursive: true });
    expect(await predicted(ofTable)).toBe(before);
    expect(await partita.predictions(ofTable.runId, 'oof')).toEqual(
      await partita.predictions(ofFile.runId, 'oof'),
    );
    const onCluster = ['--table', 'kinds', '--out-table', 'scored', '--remote', spark.remote];
    const scored = await partita.json<PredictResult>('predict', ofTable.runId, ...onCluster);
    expect(scored).toMatchObject({ rows: table().length });
    // Another run of the table that was read once takes its snapshot from the bucket to the executors.
    rmSync(join(partita.folder, '.partita', 'objects', 'sha256'), { recursive: true });
    const again = await partita.command('retry', ofTable.runId, '--all', '--json');
    expect(again.code, again.stderr).toBe(0);
    runs.push((JSON.parse(again.stdout) as RunResult).runId);
  });

  it('leave nothing in the bucket once they are deleted and collected', async () => {
    for (const one of runs) expect((await partita.command('runs', 'delete', one)).code).toBe(0);
    const { objects } = await partita.json<Garbage>('gc', '--keep-days', '0');
    expect(objects.count).toBeGreaterThan(0);
    for (const start of ['sha256', 'folders', 'incoming'])
      expect(await s3.keys(`runs/${start}/`)).toEqual([]);
  });
});

function modelsOf({ partitions, global }: RunResult) {
  return [
    ...partitions.map(({ partition, status, model, cv, holdout }) => {
      return { partition, status, model, cv, holdout };
    }),
    { model: global?.model, cv: global?.cv, holdout: global?.holdout },
  ];
}
