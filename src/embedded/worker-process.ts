import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../domain/failure.ts';
import { startInBackground } from './background.ts';
import { lastLines, logPathOf, logSince, logSize } from './log-file.ts';
import { type PartRecord, readLiveRecord, writeRecord } from './part-record.ts';
import { ensurePartitaFolder, runFolder } from './partita-folder.ts';
import { writePrivateFile } from './private-file.ts';
import { endProcess, identify, isAlive, type ProcessIdentity } from './process-identity.ts';
import type { Say } from './say.ts';

export type WorkerLaunch = {
  readonly folder: string;
  /** The program of the command line, whose `worker` command is run. */
  readonly entry: string;
  /** Digest of the code: a worker of other code is replaced. */
  readonly code: string;
  /** The variables that tell the worker where everything is; they hold passwords. */
  readonly connections: { readonly [name: string]: string | undefined };
  /** Of encryption: `connections` may name a file of them, which can change. */
  readonly keys?: readonly Uint8Array[];
  /** Others that `connections` name, such as certificates: what is in them can change, too. */
  readonly files?: readonly string[];
  readonly environment: { readonly [name: string]: string | undefined };
  /** Variables of `environment` that a spec refers to: a worker that has others, or none, is replaced. */
  readonly secrets?: readonly string[];
  readonly say: Say;
};

/** A worker drains its batches for up to 30 s when asked to stop. */
const STOP_PATIENCE_MS = 45_000;
const START_PATIENCE_MS = 120_000;
const PAUSE_MS = 25;

/**
 * The background worker of a `.partita` folder: the running one when it has our code and connections, else a new one.
 * Returns once the worker polls. Throws `Failure('unreachable')` with the last words of its log when it ends before.
 */
export async function startWorker(
  launch: WorkerLaunch,
): Promise<{ readonly process: ProcessIdentity; readonly adopted: boolean }> {
  const { folder, say } = launch;
  const fingerprint = fingerprintOf(launch);
  const running = readLiveRecord(folder, 'worker');
  const secrets = secretsOf(launch, running);
  const isOurs = running?.fingerprint === fingerprint && hasSecrets(running, launch, secrets);
  if (isOurs && isReady(folder, running.process))
    return { process: running.process, adopted: true };
  if (running !== undefined) {
    const what =
      running.fingerprint === fingerprint
        ? 'a variable'
        : 'its code, its connections, its keys or its certificates';
    say(`Restarting the worker (pid ${running.process.pid}): ${what} changed.`);
    await endProcess(running.process, STOP_PATIENCE_MS);
  }
  const log = logPathOf(folder, 'worker');
  const offset = logSize(log);
  rmSync(readyPath(folder), { force: true });
  const worker = startInBackground({
    program: process.execPath,
    args: [launch.entry, 'worker'],
    cwd: dirname(folder),
    environment: { ...launch.environment, ...launch.connections, PARTITA_FOLDER: folder },
    log,
  });
  if (worker !== undefined) {
    writeRecord(folder, 'worker', { process: worker, ports: {}, log, fingerprint, secrets });
    if (await becomesReady(folder, worker)) return { process: worker, adopted: false };
    await endProcess(worker, STOP_PATIENCE_MS);
  }
  throw new Failure(
    'unreachable',
    `The worker did not start: ${lastLines(logSince(log, offset), 3) || 'it said nothing'}. Its log is ${log}.`,
  );
}

/** Stops the worker of a `.partita` folder after it has drained; false when none runs. */
export async function stopWorker(folder: string): Promise<boolean> {
  const running = readLiveRecord(folder, 'worker');
  if (running === undefined) return false;
  await endProcess(running.process, STOP_PATIENCE_MS);
  return true;
}

/** Called by a worker process once it polls: whoever started it waits for this. A second worker, by hand, has nothing to tell. */
export function announceWorkerReady(folder: string): void {
  ensurePartitaFolder(folder);
  const first = announcedWorker(folder);
  if (first !== undefined && isAlive(first)) return;
  writePrivateFile(readyPath(folder), JSON.stringify(identify(process.pid)));
}

function announcedWorker(folder: string): ProcessIdentity | undefined {
  const path = readyPath(folder);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity) : undefined;
}

/** True when this very worker has said that it polls. */
export function isReady(folder: string, worker: ProcessIdentity): boolean {
  const announced = announcedWorker(folder);
  return announced?.pid === worker.pid && announced.birth === worker.birth;
}

async function becomesReady(folder: string, worker: ProcessIdentity): Promise<boolean> {
  const end = performance.now() + START_PATIENCE_MS;
  while (isAlive(worker) && performance.now() < end) {
    if (isReady(folder, worker)) return true;
    await delay(PAUSE_MS);
  }
  return false;
}

function readyPath(folder: string): string {
  return join(runFolder(folder), 'worker.ready');
}

/** Digests of what our environment has for every variable that a spec has asked for so far. */
function secretsOf(
  { secrets: asked = [], environment }: WorkerLaunch,
  running: PartRecord | undefined,
): { readonly [variable: string]: string } {
  const names = new Set([...Object.keys(running?.secrets ?? {}), ...asked]);
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const value = environment[name];
      return value === undefined
        ? []
        : [
            [
              name,
              createHash('sha256')
                .update(JSON.stringify([name, value]))
                .digest('hex'),
            ],
          ];
    }),
  );
}

/** True when the worker has what is asked for now; what others asked for before is theirs. */
function hasSecrets(
  running: PartRecord,
  { secrets: asked = [] }: WorkerLaunch,
  ours: { readonly [variable: string]: string },
): boolean {
  return asked.every((name) => running.secrets?.[name] === ours[name]);
}

function fingerprintOf({ code, entry, connections, keys = [], files = [] }: WorkerLaunch): string {
  const contents = [...keys, ...files.map((path) => readFileSync(path))];
  const digests = contents.map((bytes) => createHash('sha256').update(bytes).digest('hex'));
  return createHash('sha256')
    .update(JSON.stringify([code, entry, connections, digests]))
    .digest('hex');
}
