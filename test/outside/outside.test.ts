import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/domain/result.ts';
import { freePorts } from '../../src/embedded/free-port.ts';
import type { MlflowExport } from '../../src/operations/export-mlflow.ts';
import { outsidePython } from '../bench/peer-python.ts';
import { seededDraws } from '../support/draws.ts';
import { csvOf, Partita, type Row, readCsv } from '../support/partita.ts';

/** One run, read by programs of others: a real MLflow server with its client, and OpenLineage's classes. */
const partita = new Partita();
const events = join(partita.folder, 'events.jsonl');
partita.environment['OPENLINEAGE_URL'] = pathToFileURL(events).href;
let python: string;
let mlflow: { readonly url: string; readonly stop: () => Promise<void> };
let result: RunResult;
let exported: MlflowExport;
let runs: readonly ReadRun[];

const PARTITIONS = ['north', 'south', "ea'st"];
const ROWS: readonly Row[] = PARTITIONS.flatMap((k, i) => {
  const draws = seededDraws(i);
  return Array.from({ length: 90 }, () => {
    const [a, b] = [draws.normal(), draws.normal()];
    const shift = draws.uniform() < 0.4 ? 'day' : 'night';
    return { k, a, b, shift, y: a + b * i > 0.3 * draws.normal() ? 'up' : 'down' };
  });
});

// The first time it fetches and unpacks 660 MB, which says nothing of the run.
beforeAll(() => {
  python = outsidePython();
}, 1_800_000);

beforeAll(async () => {
  partita.write('rows.csv', csvOf(ROWS));
  const spec = partita.writeSpec({
    name: 'outside',
    data: { source: { kind: 'csv', path: 'rows.csv' } },
    partition: { by: 'k' },
    target: { column: 'y', task: 'classification' },
    algorithms: ['logistic', 'decision_tree', 'mljs/knn'],
  });
  mlflow = await startMlflow();
  ({ result } = await partita.run(spec));
  exported = await partita.json('export', result.runId, '--format', 'mlflow', '--to', mlflow.url);
  runs = readMlflow(ROWS);
}, 600_000);
afterAll(async () => {
  await mlflow?.stop();
  await partita.stop();
}, 120_000);

type ReadRun = {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly params: { readonly [name: string]: string };
  readonly metrics: { readonly [name: string]: number };
  readonly tags: { readonly [name: string]: string };
  readonly files: readonly string[];
  readonly model: {
    readonly flavors: readonly string[];
    readonly answers?: { readonly [column: string]: readonly (string | number)[] };
  } | null;
};

/** What MLflow's own client makes of the experiment, and its models of the rows. */
function readMlflow(rows: readonly Row[]): readonly ReadRun[] {
  const script = join(import.meta.dirname, 'read-mlflow.py');
  const input = JSON.stringify(rows);
  const read = execFileSync(python, [script, mlflow.url, 'outside'], { input, encoding: 'utf8' });
  return JSON.parse(read) as readonly ReadRun[];
}

describe('an MLflow server', () => {
  it('has a run for every partition and the model without partition, nested in one for the whole', () => {
    expect(exported).toMatchObject({
      written: PARTITIONS.length + 2,
      models: PARTITIONS.length + 1,
    });
    expect(runs).toHaveLength(PARTITIONS.length + 2);
    const parent = runs.find(({ id }) => id === exported.mlflowRun);
    expect(parent).toMatchObject({
      status: 'FINISHED',
      params: { metric: result.metric, 'validate.folds': '3', 'partition.by': '["k"]' },
      metrics: { [`served/${result.metric}/cv`]: result.totals.served?.cv },
      tags: { 'partita.run': result.runId, 'partita.snapshot': result.snapshot },
      files: ['report.html', 'report.json', 'spec.json'],
    });
    const nested = runs.filter(({ tags }) => tags['mlflow.parentRunId'] === exported.mlflowRun);
    expect(nested).toHaveLength(PARTITIONS.length + 1);
    for (const row of result.partitions) {
      const run = nested.find(({ tags }) => tags['partita.partition'] === row.partition);
      expect(run).toMatchObject({
        status: 'FINISHED',
        params: { algorithm: row.algorithm },
        metrics: { [`own/${result.metric}/cv`]: row.cv, rows: row.rows },
        tags: { 'partita.status': row.status, 'partita.model': row.own?.model },
      });
    }
  }, 240_000);

  it('gives models that MLflow loads, and that answer a data frame as ours do', async () => {
    const out = join(partita.folder, 'scored.csv');
    const data = partita.write('new.csv', csvOf(ROWS));
    const { code, stderr } = await partita.command(
      'predict',
      result.runId,
      '--data',
      data,
      '--out',
      out,
    );
    expect(code, stderr).toBe(0);
    const ours = readCsv(out);
    let compared = 0;
    for (const [i, row] of ours.entries()) {
      const run = runs.find(({ tags }) => tags['partita.model'] === row['model']);
      const { answers } = run?.model ?? {};
      if (answers === undefined) {
        expect(run?.tags['partita.without_onnx']).toMatch(/no ONNX form/);
        expect(run?.model?.flavors).toEqual(['partita']);
        continue;
      }
      expect(run?.model?.flavors).toEqual(['onnx', 'partita', 'python_function']);
      expect(answers['prediction']?.[i]).toBe(row['prediction']);
      expect(answers['p:up']?.[i]).toBeCloseTo(Number(row['p:up']), 9);
      compared++;
    }
    expect(compared).toBeGreaterThan(ROWS.length / 4);
  }, 240_000);

  it('gets nothing of a run that it has, and the rest of one that was broken off', async () => {
    const again = ['export', result.runId, '--format', 'mlflow', '--to', mlflow.url];
    expect(await partita.json<MlflowExport>(...again)).toEqual({
      ...exported,
      written: 0,
      models: 0,
    });
    // As if it had died before the last part and the whole were finished.
    const broken = runs.filter(
      ({ id, tags }) => id === exported.mlflowRun || tags['partita.part'] === 'global',
    );
    for (const { id } of broken) await untag(id, 'partita.exported');
    expect(await partita.json(...again)).toEqual({ ...exported, written: 2, models: 1 });
    expect(readMlflow(ROWS)).toEqual(runs);
  }, 240_000);
});

describe("OpenLineage's own classes", () => {
  it('know every event and every field of it', async () => {
    await partita.command('down');
    const script = join(import.meta.dirname, 'read-openlineage.py');
    const read = JSON.parse(execFileSync(python, [script, events], { encoding: 'utf8' }));
    expect(read).toMatchObject({
      START: 10,
      COMPLETE: 10,
      ParentRunFacet: 18,
      ProcessingEngineRunFacet: 20,
      PartitaRunFacet: 20,
      PartitaOutcomeRunFacet: 3,
    });
    expect(read.InputSubsetInputDatasetFacet).toBeGreaterThan(5);
    expect(read.OutputSubsetOutputDatasetFacet).toBeGreaterThan(3);
  }, 240_000);
});

async function untag(run: string, key: string): Promise<void> {
  const response = await fetch(`${mlflow.url}/api/2.0/mlflow/runs/delete-tag`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ run_id: run, key }),
  });
  expect(response.status).toBe(200);
}

/** The server as `pip install mlflow` has it, on loopback, with its own database and files. */
async function startMlflow() {
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const store = `sqlite:///${join(partita.folder, 'mlflow.db')}`;
  const files = join(partita.folder, 'mlflow-files');
  const server = spawn(
    python,
    [
      '-m',
      'mlflow',
      'server',
      '--host',
      '127.0.0.1',
      '--port',
      String(port),
      '--workers',
      '1',
    ].concat(['--backend-store-uri', store, '--artifacts-destination', files]),
    { cwd: partita.folder, stdio: 'ignore', detached: true },
  );
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  while (!(await isUp(url))) {
    if (server.exitCode !== null) throw new Error(`mlflow ended with ${server.exitCode}.`);
    await delay(100);
  }
  return {
    url,
    // With the processes that it has started.
    stop: async () => {
      process.kill(-(server.pid as number), 'SIGTERM');
      await ended;
    },
  };
}

async function isUp(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health`)).ok;
  } catch {
    return false;
  }
}
