import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { readRecord } from '../../src/embedded/part-record.ts';
import { findPostgres, postgresUrl } from '../../src/embedded/postgres.ts';
import { postgresPassword } from '../../src/embedded/postgres-home.ts';
import { commandLineOf } from '../../src/embedded/process-identity.ts';
import { queryServer } from '../../src/embedded/server-query.ts';
import { entryPoint } from '../../src/engines/entry-point.ts';
import { Partita, type Running, type SpecWishes } from '../support/partita.ts';
import { descendants, gone, isAlive, processorMs } from '../support/processes.ts';
import { faults, type Judged, judge } from './oracle.ts';

export const TARGETS = ['cli', 'worker', 'pool', 'postgres', 'temporal'] as const;
export type Target = (typeof TARGETS)[number];

export type Disturbance = {
  readonly target: Target;
  readonly signal: 'SIGKILL' | 'SIGTERM' | 'SIGSTOP';
  /** Once training is planned and so many partitions are trained; a fact, where a time would be another moment on every machine. */
  readonly trained: number;
  /** Once the pool has worked so long since then, too: milliseconds of its processor time. */
  readonly poolMs?: number;
};

export type Ended = {
  readonly code: number | null;
  readonly stderr: string;
  readonly judged: Judged;
  readonly faults: readonly string[];
  /** How many of the disturbances came before the end. */
  readonly disturbed: number;
  /** Partitions whose columns it took over as an earlier run had selected them. */
  readonly takenSelections: number;
  /** Bytes of every object in the store. */
  readonly objectBytes: readonly number[];
};

/** How long a stopped process stands still: twice what a heartbeat may fail to come. */
const STOPPED_MS = 30_000;

/** A run on a stack of its own, disturbed in this order, and what became of it. `before`: what ran there and ended; the run takes over what it can. */
export async function runDisturbed(
  work: { readonly csv: string; readonly spec: SpecWishes; readonly before?: SpecWishes },
  disturbances: readonly Disturbance[],
): Promise<Ended> {
  const partita = new Partita();
  try {
    partita.write('work.csv', work.csv);
    const { before } = work;
    if (before !== undefined) await partita.run(partita.writeSpec(before));
    const reuse = before === undefined ? ['--no-reuse'] : [];
    const spec = partita.writeSpec(work.spec);
    let watching = await partita.start('run', spec, '--json', ...reuse);
    const [, runId = ''] = await watching.says(/^Run ([\w-]+)/m);
    let disturbed = 0;
    for (const disturbance of disturbances) {
      await trained(partita, runId, disturbance.trained);
      await worked(partita, watching, disturbance.poolMs ?? 0);
      if (hasEnded(watching)) break;
      watching = await disturb(partita, watching, runId, disturbance);
      disturbed++;
    }
    const { code, stderr } = await watching.ended;
    // What was disturbed last may be down still, or go down: nobody watches any more.
    await partita.json('up');
    const url = databaseUrl(partita) ?? '';
    const objects = join(stateFolder(partita), 'objects');
    const taken = await queryServer(
      url,
      'select from fold_selection where run_id = $1 and origin_run_id is not null',
      [runId],
    );
    return {
      code,
      stderr,
      takenSelections: taken.length,
      judged: await judge(url, runId),
      faults: await faults(url, runId, objects),
      disturbed,
      objectBytes: sizesBelow(join(objects, 'sha256')),
    };
  } finally {
    await partita.stop();
  }
}

/** Sends the signal and waits until its work is undone; resolves with who watches the run then. */
async function disturb(
  partita: Partita,
  watching: Running,
  runId: string,
  { target, signal }: Disturbance,
): Promise<Running> {
  // A worker that was just started again may have no pool yet.
  await until(() => pidOf(partita, watching, target) !== undefined || hasEnded(watching));
  const pid = pidOf(partita, watching, target);
  if (pid === undefined) return watching;
  process.kill(pid, signal);
  if (signal === 'SIGSTOP') {
    await wait(STOPPED_MS);
    process.kill(pid, 'SIGCONT');
    return watching;
  }
  if (target === 'cli') {
    await watching.ended;
    return partita.start('attach', runId, '--json');
  }
  if (target === 'pool') await gone([pid]);
  else await until(() => pidOf(partita, watching, target) !== pid || hasEnded(watching));
  return watching;
}

function pidOf(partita: Partita, watching: Running, target: Target): number | undefined {
  if (target === 'cli') return watching.pid;
  const part = target === 'pool' ? 'worker' : target;
  const pid = readRecord(stateFolder(partita), part)?.process.pid;
  if (target !== 'pool' || pid === undefined) return pid;
  return descendants(pid).find((child) => commandLineOf(child).includes(entryPoint('pool')));
}

/** Resolves when so many partitions are trained, or nobody watches any more. */
async function trained(partita: Partita, runId: string, count: number): Promise<void> {
  await until(async () => {
    const url = databaseUrl(partita);
    if (url === undefined) return false;
    // A server that is just being disturbed knows of nothing new.
    const [row] = await queryServer(
      url,
      `select count(*)::integer as trained,
              (select status in ('SUCCEEDED', 'PARTIAL', 'FAILED') from run where id = $1) as ended,
              exists (select from batch where run_id = $1 and stage = 'train') as planned
         from training where run_id = $1`,
      [runId],
    ).catch(() => []);
    if (row === undefined) return false;
    return row['ended'] === true || (row['planned'] === true && Number(row['trained']) >= count);
  });
}

/** Resolves when a pool has worked so long from now on, or nobody watches any more. */
async function worked(partita: Partita, watching: Running, ms: number): Promise<void> {
  if (ms === 0) return;
  const spent = () => {
    const pid = pidOf(partita, watching, 'pool');
    return pid === undefined ? null : { pid, ms: processorMs(pid) };
  };
  let first = spent();
  await until(() => {
    const now = spent();
    if (now?.pid !== first?.pid) first = now;
    const isEnough = now !== null && first !== null && now.ms - first.ms >= ms;
    return isEnough || hasEnded(watching);
  });
}

function sizesBelow(folder: string): readonly number[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => statSync(join(entry.parentPath, entry.name)).size);
}

function databaseUrl(partita: Partita): string | undefined {
  const folder = stateFolder(partita);
  const found = findPostgres(folder);
  return found && postgresUrl({ port: found.port, password: postgresPassword(folder) }, 'partita');
}

function stateFolder(partita: Partita): string {
  return join(partita.folder, '.partita');
}

function hasEnded({ pid }: Running): boolean {
  return !isAlive(pid);
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await wait(50);
}
