import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StatusResult } from '../../src/cli/commands/status.ts';
import type { UpResult } from '../../src/cli/commands/up.ts';
import type { RunResult } from '../../src/domain/result.ts';
import type { PartName } from '../../src/embedded/part-record.ts';
import { findPostgres, postgresUrl } from '../../src/embedded/postgres.ts';
import { postgresPassword } from '../../src/embedded/postgres-home.ts';
import { queryServer } from '../../src/embedded/server-query.ts';
import type { RunState } from '../../src/operations/requests.ts';
import { seededDraws } from '../support/draws.ts';
import { csvOf, Partita, type Running, readCsv, type SpecWishes } from '../support/partita.ts';

const partita = new Partita();
afterAll(() => partita.stop(), 120_000);

const PARTS = ['postgres', 'temporal', 'worker'] as const;
const PARTITIONS = 16;
const SOME_TRAINED = /train: [1-9]/;

/** Enough work that all three parts can be killed and started again while it goes on, on a fast machine too. */
const ROWS = Array.from({ length: PARTITIONS }, (_, k) => {
  const draws = seededDraws(k);
  return Array.from({ length: 300 }, () => {
    const [a, b, c] = [draws.normal(), draws.normal(), draws.normal()];
    const y = a * b > 0.2 * c ? 'up' : draws.uniform() < 0.2 ? 'flat' : 'down';
    return { k: `k${k}`, a, b, c, y };
  });
}).flat();

const work: SpecWishes = {
  name: 'work',
  data: { source: { kind: 'csv', path: 'work.csv' } },
  partition: { by: 'k' },
  target: { column: 'y', task: 'classification' },
  algorithms: [{ random_forest: { trees: 2400 } }, { gradient_boosting: { rounds: 600 } }],
};

type Models = readonly (readonly [string, string, string | null, number | null])[];

/** What a run is judged by: named columns, no ids and no times. */
const modelsOf = ({ partitions, global }: RunResult): Models => [
  ...partitions.map(({ partition, status, model, cv }) => [partition, status, model, cv] as const),
  ['(all)', 'trained', global?.model ?? null, global?.cv ?? null],
];

describe('a run that is disturbed', () => {
  let spec: string;
  let undisturbed: RunResult;

  beforeAll(async () => {
    partita.write('work.csv', csvOf(ROWS));
    spec = partita.writeSpec(work);
    const ended = await partita.run(spec);
    expect(ended.code, ended.stderr).toBe(0);
    undisturbed = ended.result;
  }, 240_000);

  /** Same models, scores and statuses as if nothing had happened, from one recorded fit each. */
  const isTheSame = async (watching: Running) => {
    const { code, stdout, stderr } = await watching.ended;
    expect(code, stderr).toBe(0);
    const result = JSON.parse(stdout) as RunResult;
    expect(modelsOf(result)).toEqual(modelsOf(undisturbed));
    const everyOne = PARTITIONS + 1;
    expect(await fitsOf(result.runId)).toEqual({ rows: everyOne, partitions: everyOne });
  };

  const ends = async (runId: string) => {
    const { code, stdout, stderr } = await partita.command('attach', runId, '--json');
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout) as RunResult;
  };

  it('goes on where its parts were killed one after the other, once its watcher has started them again', async () => {
    const watching = await partita.start('run', spec, '--json', '--no-reuse');
    await watching.says(SOME_TRAINED);
    for (const part of PARTS) {
      const killed = await pidOf(part);
      const below = descendantsOf(killed);
      process.kill(killed, 'SIGKILL');
      await watching.says(
        new RegExp(`^Died and started again: ${part}\\. The run goes on\\.$`, 'm'),
      );
      expect(await pidOf(part)).not.toBe(killed);
      // What it had started must not outlive it.
      await until(() => below.every((pid) => !isAlive(pid)));
    }
    await isTheSame(watching);
  }, 240_000);

  it('goes on with `up` where everything was killed and nobody watched', async () => {
    const { runId } = await partita.json<{ readonly runId: string }>(
      'run',
      spec,
      '--detach',
      '--no-reuse',
    );
    const trained = async () => (await partita.json<RunState>('status', runId)).trained;
    while ((await trained()) === 0) await wait(200);
    const pids = await Promise.all(PARTS.map(pidOf));
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    const { started } = await partita.json<UpResult>('up');
    expect(started).toEqual(PARTS);
    await isTheSame(await partita.start('attach', runId, '--json'));
  }, 240_000);

  it('waits while it is paused, after its watcher has gone, and is the same run under the same key', async () => {
    const key = ['--no-reuse', '--idempotency-key', 'nightly'];
    const watching = await partita.start('run', spec, ...key);
    await watching.says(/^Run [\w-]+/);
    await watching.says(/snapshot|profile|train/);
    watching.interrupt();
    const left = await watching.ended;
    expect([left.code, left.stderr]).toEqual([130, expect.stringContaining('partita attach')]);
    const runId = /^Run ([\w-]+)/m.exec(left.stderr)?.[1] as string;

    const paused = await partita.json<RunState>('pause', runId);
    expect(paused).toMatchObject({ runId, paused: true, status: 'RUNNING' });
    const again = await partita.json<{ readonly runId: string }>('run', spec, '--detach', ...key);
    expect(again.runId).toBe(runId);
    const other = await partita.command('run', spec, '--detach', ...key, '--seed', '8');
    expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('nightly')]);
    expect(await partita.json<RunState>('status', runId)).toMatchObject({ paused: true });

    expect(await partita.json<RunState>('resume', runId)).toMatchObject({ paused: false });
    const result = await ends(runId);
    expect(modelsOf(result)).toEqual(modelsOf(undisturbed));
    const runs = await partita.json<readonly { readonly runId: string }[]>('runs', 'ls');
    expect(runs.filter((run) => run.runId === runId)).toHaveLength(1);
  }, 240_000);

  it('keeps what was finished when it is cancelled, and works no more', async () => {
    const long = partita.writeSpec({
      ...work,
      name: 'long',
      algorithms: [{ random_forest: { trees: 5000 } }],
    });
    const watching = await partita.start('run', long, '--json');
    await watching.says(SOME_TRAINED);
    const { runId } = await newestRun();
    const early = await partita.command('predict', runId, '--data', 'work.csv', '--out', 'p.csv');
    expect([early.code, early.stderr]).toEqual([2, expect.stringContaining('is RUNNING')]);
    expect((await partita.command('cancel', runId)).code).toBe(0);
    const { code, stdout } = await watching.ended;
    const result = JSON.parse(stdout) as RunResult;
    expect([code, result.status]).toEqual([6, 'CANCELLED']);
    const { rows } = await fitsOf(runId);
    expect(rows).toBeGreaterThan(0);
    expect(rows).toBeLessThan(PARTITIONS + 1);
    const { trained, skipped, failed } = result.counts;
    expect([trained + skipped, failed]).toEqual([PARTITIONS, 0]);
    expect(trained).toBeGreaterThan(0);
    for (const { status, reason, model } of result.partitions)
      expect([status, reason, model]).toEqual(
        status === 'trained'
          ? ['trained', undefined, expect.stringMatching(/^sha256:/)]
          : ['skipped', 'not_reached', null],
      );
    await isIdle(await pidOf('worker'));

    // What it did finish can be used, and says that it was never compared.
    const predicted = await partita.command(
      'predict',
      runId,
      '--data',
      'work.csv',
      '--out',
      'p.csv',
    );
    expect(predicted.code, predicted.stderr).toBe(0);
    const answered = readCsv(join(partita.folder, 'p.csv'));
    expect(answered).toHaveLength(ROWS.length);
    const modelOf = new Map(result.partitions.map(({ partition, model }) => [partition, model]));
    for (const { k, model, rung, reason } of answered) {
      const own = modelOf.get(`k=${k}`);
      if (own !== null) expect([model, rung, reason]).toEqual([own, 'own', 'not_compared']);
      else expect([rung, reason]).not.toContain('own');
    }
  }, 240_000);
});

async function newestRun(): Promise<{ readonly runId: string }> {
  const runs = await partita.json<readonly { readonly runId: string }[]>('runs', 'ls');
  return runs[0] as { readonly runId: string };
}

async function pidOf(part: PartName): Promise<number> {
  const { parts } = await partita.json<StatusResult>('status');
  return parts.find(({ name }) => name === part)?.pid as number;
}

/** How many fits are recorded, and of how many partitions (the global model's is one). */
async function fitsOf(runId: string) {
  const folder = join(partita.folder, '.partita');
  const server = { port: findPostgres(folder)?.port as number, password: postgresPassword(folder) };
  const [row] = await queryServer(
    postgresUrl(server, 'partita'),
    'select count(*)::integer as rows, count(distinct partition_id)::integer as partitions from training where run_id = $1',
    [runId],
  );
  return { rows: row?.['rows'], partitions: row?.['partitions'] };
}

/** Resolves when the process and all below it use no processor any more. */
async function isIdle(pid: number): Promise<void> {
  let before = -1;
  await until(() => {
    const now = [pid, ...descendantsOf(pid)].map(ticksOf).reduce((a, b) => a + b);
    // A worker that only polls uses a few hundredths of a second.
    const isQuiet = before >= 0 && now - before < 10;
    before = now;
    return isQuiet;
  }, 500);
}

async function until(isSo: () => boolean, everyMs = 50): Promise<void> {
  while (!isSo()) await wait(everyMs);
}

function isAlive(pid: number): boolean {
  const stat = statOf(pid);
  return stat !== undefined && stat[0] !== 'Z';
}

/** Of a process: state, parent, …; the fields of /proc/PID/stat behind the name. */
function statOf(pid: number): readonly string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/** Hundredths of a second of processor time. */
function ticksOf(pid: number): number {
  const stat = statOf(pid);
  return stat === undefined ? 0 : Number(stat[11]) + Number(stat[12]);
}

function descendantsOf(pid: number): readonly number[] {
  const children = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => statOf(child)?.[1] === String(pid));
  return children.flatMap((child) => [child, ...descendantsOf(child)]);
}
