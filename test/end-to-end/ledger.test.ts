import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import type { RunResult } from '../../src/domain/result.ts';
import type { Garbage } from '../../src/operations/collect-garbage.ts';
import type { RunComparison } from '../../src/operations/compare-runs.ts';
import { replayBundle } from '../../src/operations/replay-bundle.ts';
import type { Reproduction } from '../../src/operations/reproduction.ts';
import type { RetryResult } from '../../src/operations/requests.ts';
import type { TrainArgs } from '../../src/partition/train-facts.ts';
import type { AuditVerdict } from '../../src/stores/audit-store.ts';
import { asRunEvent, storyOf } from '../exchange/open-lineage-shape.ts';
import { seededDraws } from '../support/draws.ts';
import { csvOf, Partita } from '../support/partita.ts';
import { describeObjectsInS3 } from './describe-objects-in-s3.ts';

/** What was fitted once is not fitted again, and what is known of it can be checked: one stack, a few small runs. */
const partita = new Partita();
const events = join(partita.folder, 'events.jsonl');
partita.environment['OPENLINEAGE_URL'] = pathToFileURL(events).href;
afterAll(() => partita.stop(), 120_000);

const PARTITIONS = 12;
const CHANGED = ['k3', 'k7'];

/** Rows of partition k differ between versions only where it has changed. */
function tableOf(isChanged: (name: string) => boolean): string {
  const rows = Array.from({ length: PARTITIONS }, (_, k) => {
    const name = `k${k}`;
    const draws = seededDraws(isChanged(name) ? 100 + k : k);
    return Array.from({ length: 60 }, () => {
      const [a, b] = [draws.normal(), draws.normal()];
      return { k: name, a, b, y: a + b * (k % 3) > 0.2 * draws.normal() ? 'up' : 'down' };
    });
  });
  return csvOf(rows.flat());
}

const wishes = (algorithms: readonly string[]) => ({
  name: 'ledger',
  data: { source: { kind: 'csv', path: 'ledger.csv' } as const },
  partition: { by: 'k' },
  target: { column: 'y', task: 'classification' } as const,
  algorithms: [...algorithms],
});

const statusesOf = ({ partitions }: RunResult) =>
  Object.fromEntries(partitions.map(({ key, status }) => [String(key['k']), status]));
const modelsOf = ({ partitions, global }: RunResult) => [
  ...partitions.map(({ own, cv, holdout, verdict }) => [own?.model, cv, holdout, verdict]),
  global?.model,
];

let spec: string;
let first: RunResult;
/** Two partitions changed. */
let second: RunResult;

beforeAll(async () => {
  partita.write(
    'ledger.csv',
    tableOf(() => false),
  );
  spec = partita.writeSpec(wishes(['logistic', 'decision_tree']));
  ({ result: first } = await partita.runReusing(spec));
  partita.write(
    'ledger.csv',
    tableOf((name) => CHANGED.includes(name)),
  );
  ({ result: second } = await partita.runReusing(spec));
}, 240_000);

describe('a run on data of which a part has changed', () => {
  it('fits the changed partitions and the model without partition, and takes over the rest', () => {
    expect(first.counts).toMatchObject({ trained: PARTITIONS, reused: 0 });
    const expected = Object.entries(statusesOf(first)).map(([name]) => [
      name,
      CHANGED.includes(name) ? 'trained' : 'reused',
    ]);
    expect(Object.entries(statusesOf(second))).toEqual(expected);
    for (const { status, origin } of second.partitions)
      expect(origin).toBe(status === 'reused' ? first.runId : undefined);
    expect(second.global?.model).not.toBe(first.global?.model);
  });

  it('fits nothing where nothing has changed, whatever the engine, the limits and the name are', async () => {
    const renamed = partita.writeSpec({
      ...wishes(['logistic', 'decision_tree']),
      name: 'renamed',
      engine: { threads: 1 },
      limits: { per_partition: { seconds: 300 } },
    });
    const { result } = await partita.runReusing(renamed);
    expect(result.counts).toMatchObject({ trained: 0, reused: PARTITIONS });
    expect(modelsOf(result)).toEqual(modelsOf(second));
    const origins = result.partitions.map(({ key, origin }) => [key['k'], origin]);
    for (const [name, origin] of origins)
      expect(origin).toBe(CHANGED.includes(String(name)) ? second.runId : first.runId);
  }, 240_000);
});

describe('a retry', () => {
  it('says what it would do, and does nothing', async () => {
    const plan = await partita.json<RetryResult>('retry', second.runId, '--failed', '--dry-run');
    const expected = { runId: null, origin: second.runId, again: 0, takenOver: PARTITIONS };
    expect(plan).toMatchObject(expected);
  }, 240_000);

  it('fits one partition again on the rows that the run read, though the source has changed since', async () => {
    partita.write('ledger.csv', 'k,a,b,y\nk0,1,2,up\n');
    const retried = await partita.json<RunResult>('retry', second.runId, '--partition', 'k3');
    expect(retried.origin).toEqual({ runId: second.runId, mode: 'retry' });
    expect(retried.snapshot).toBe(second.snapshot);
    expect(retried.counts).toMatchObject({ trained: 1, reused: PARTITIONS - 1 });
    expect(statusesOf(retried)['k3']).toBe('trained');
    expect(modelsOf(retried)).toEqual(modelsOf(second));
  }, 240_000);
});

describe('a run that took over most of its models', () => {
  it('needs no byte of the run that fitted them which is not its own, once that is deleted and collected', async () => {
    expect((await partita.command('runs', 'delete', first.runId)).code).toBe(0);
    const gone = await partita.json<Garbage>('gc', '--keep-days', '0');
    expect(gone.runs).toEqual([first.runId]);
    // Its snapshot, its folds and its report; its models answer in others.
    expect(gone.objects.count).toBeGreaterThan(2);
  }, 240_000);

  it('is reproduced byte for byte by one that fits everything', async () => {
    const again = await partita.json<Reproduction>('reproduce', second.runId);
    expect(again).toMatchObject({ isReproduced: true, partitions: PARTITIONS, cause: null });
    const compared = await partita.json<RunComparison>('diff', first.runId, again.runId ?? '');
    expect(compared.changed).toMatchObject({ spec: {}, code: {}, environment: {} });
    expect(compared.partitions).toMatchObject({
      both: PARTITIONS,
      changedRows: CHANGED.length,
      sameModel: PARTITIONS - CHANGED.length,
    });
    expect(compared.first).toMatchObject({ stage: 'snapshot', what: 'snapshot' });
  }, 240_000);

  it('is not reproduced, exit code 8, where the rows that it read were changed', async () => {
    const { parquet } = (
      await partita.query(`select file_digest as parquet from run_snapshot where run_id = $1`, [
        second.runId,
      ])
    )[0] as { readonly parquet: string };
    const [, hex = ''] = parquet.split(':');
    const path = join(partita.folder, '.partita/objects/sha256', hex.slice(0, 2), hex.slice(2));
    const rows = readFileSync(path);
    chmodSync(path, 0o600);
    writeFileSync(path, rows.subarray(1));
    const changed = await partita.command('reproduce', second.runId, '--json');
    expect(changed.code).toBe(8);
    expect(JSON.parse(changed.stdout)).toMatchObject({ runId: null, cause: 'data' });
    writeFileSync(path, rows);
  }, 240_000);

  it('gives any partition away as a file that trains to the same model, or fails in the same way, without its run', async () => {
    const file = join(partita.folder, 'k3.replay');
    const asked = ['debug', '--run', second.runId, '--partition', 'k3', '--bundle', file];
    expect(await partita.json('debug', ...asked.slice(1))).toEqual({ out: file, rows: 60 });
    const own = second.partitions.find(({ key }) => key['k'] === 'k3')?.own?.model;
    const machine = { environment: {}, code: null };
    const same = await replayBundle(file, machine);
    expect(same.found).toEqual({ kind: 'model', digest: own });
    expect(same).toMatchObject({ isSame: true, partition: 'k=k3', runId: second.runId });
    expect(Object.keys(same.changed)).toContain('node');

    const bundle = JSON.parse(gunzipSync(readFileSync(file)).toString()) as {
      readonly args: TrainArgs;
    };
    const { spec: learned } = bundle.args;
    const target = { ...learned.target, column: 'nothing' };
    const broken = { ...bundle, args: { ...bundle.args, spec: { ...learned, target } } };
    writeFileSync(file, gzipSync(JSON.stringify(broken)));
    const failed = await replayBundle(file, machine);
    expect(failed).toMatchObject({ isSame: false, found: { kind: 'failed', reason: 'error' } });
    writeFileSync(file, gzipSync(JSON.stringify({ ...broken, expected: failed.found })));
    expect((await replayBundle(file, machine)).isSame).toBe(true);
    writeFileSync(file, 'no bundle');
    await expect(replayBundle(file, machine)).rejects.toMatchObject({ kind: 'usage' });
  }, 240_000);

  it('answers by name once it is promoted', async () => {
    expect((await partita.command('promote', second.runId, '--reason', 'newer')).code).toBe(0);
    const shown = await partita.json<RunResult>('runs', 'show', 'ledger@champion');
    expect(shown.runId).toBe(second.runId);
  }, 240_000);

  it('leaves a trail that nobody touched', async () => {
    const verdict = await partita.json<AuditVerdict>('audit', 'verify');
    expect(verdict).toMatchObject({ findings: [], unvouched: 0 });
  }, 240_000);

  it('leaves rows that fit each other, and every file that they count on', async () => {
    const { code, stdout } = await partita.command('doctor', '--integrity');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^The record is sound: \d+ inv/)]);
  }, 240_000);
});

describeObjectsInS3(partita);

describe('who listens to lineage events', () => {
  it('has heard of every run once, with each of its stages', async () => {
    await partita.command('down');
    const heard = readFileSync(events, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => asRunEvent(JSON.parse(line) as JsonObject));
    const ofFirst = heard.filter(({ run }) =>
      [run.runId, run.facets.parent?.run.runId].includes(first.runId),
    );
    expect(ofFirst).toHaveLength(20);
    expect(new Set(storyOf(ofFirst)).size).toBe(20);
    const [source] = ofFirst[0]?.inputs ?? [];
    expect(source).toMatchObject({ namespace: 'file', name: join(partita.folder, 'ledger.csv') });
    expect(ofFirst.at(-1)?.run.facets.partita_outcome).toMatchObject({
      partitions: { trained: PARTITIONS },
    });
  }, 240_000);
});
