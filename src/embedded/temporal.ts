import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Failure } from '../domain/failure.ts';
import { SEARCH_ATTRIBUTES } from '../domain/search-attributes.ts';
import { startInBackground } from './background.ts';
import { freePorts } from './free-port.ts';
import { lastLines, logPathOf, logSince, logSize } from './log-file.ts';
import { type PartRecord, readRecord, writeRecord } from './part-record.ts';
import { makePrivateFolder } from './private-file.ts';
import { endProcess, findProcesses, isAlive, type ProcessIdentity } from './process-identity.ts';
import type { Say } from './say.ts';

/** The loopback ports of Temporal's development server: for SDKs, its HTTP interface, the web pages and Prometheus. */
type TemporalPorts = {
  readonly grpc: number;
  readonly http: number;
  readonly ui: number;
  readonly metrics: number;
};

/** A development server of ours that answers. */
export type TemporalServer = {
  readonly process: ProcessIdentity;
  readonly ports: TemporalPorts;
  /** True when it ran already. */
  readonly adopted: boolean;
};

export const NAMESPACE = 'default';

/** What a workflow's page is called on Temporal's own pages, which begin at `ui`. */
export function workflowPage(ui: string, workflowId: string): string {
  return `${ui}/namespaces/${NAMESPACE}/workflows/${encodeURIComponent(workflowId)}`;
}

const START_PATIENCE_MS = 60_000;
const HANG_PATIENCE_MS = 10_000;
const STOP_PATIENCE_MS = 10_000;
const PAUSE_MS = 25;
const ATTEMPTS = 4;

/**
 * The Temporal development server of a `.partita` folder, with its history in a database file there: the running one
 * when it answers, else a new one on the same file. `program` is only asked for when one is to be started.
 * Throws `Failure('unreachable')` with the last words of the log when it does not start.
 */
export async function startTemporal(
  folder: string,
  program: () => Promise<string>,
  say: Say,
): Promise<TemporalServer> {
  const record = readRecord(folder, 'temporal');
  if (record !== undefined && isAlive(record.process)) {
    const ports = portsOf(record);
    if (await answers(ports.http, record.process, HANG_PATIENCE_MS))
      return { process: record.process, ports, adopted: true };
    say(
      `The Temporal server (pid ${record.process.pid}) runs but does not answer: starting it anew.`,
    );
  }
  // A server without a record would write to the same database file.
  for (const stray of findProcesses(databaseFile(folder)))
    await endProcess(stray, STOP_PATIENCE_MS);
  const launched = await launchTemporal(folder, await program(), record);
  writeRecord(folder, 'temporal', {
    process: launched.process,
    ports: { ...launched.ports },
    log: logPathOf(folder, 'temporal'),
  });
  return { ...launched, adopted: false };
}

/** Stops the server of a `.partita` folder; false when none runs. */
export async function stopTemporal(folder: string): Promise<boolean> {
  const running = findProcesses(databaseFile(folder));
  for (const server of running) await endProcess(server, STOP_PATIENCE_MS);
  return running.length > 0;
}

/** True once the server has its namespace; false when it ends before, or does not answer in time. */
export async function answers(
  httpPort: number,
  server: ProcessIdentity,
  patienceMs: number,
): Promise<boolean> {
  const url = `http://127.0.0.1:${httpPort}/api/v1/namespaces/${NAMESPACE}`;
  const end = performance.now() + patienceMs;
  while (isAlive(server) && performance.now() < end) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) }).catch(() => undefined);
    if (answer?.ok === true) return true;
    await delay(PAUSE_MS);
  }
  return false;
}

type Launched = { readonly process: ProcessIdentity; readonly ports: TemporalPorts };

/** A port that was free can be taken a moment later: then it tries again with others. */
async function launchTemporal(
  folder: string,
  program: string,
  record: PartRecord | undefined,
): Promise<Launched> {
  const log = logPathOf(folder, 'temporal');
  makePrivateFolder(join(folder, 'temporal'));
  for (let attempt = 1; ; attempt++) {
    const known = record === undefined || attempt > 1 ? undefined : portsOf(record);
    const ports = await choosePorts(known);
    const offset = logSize(log);
    const server = startInBackground({
      program,
      args: serverArguments(databaseFile(folder), ports),
      cwd: folder,
      // Nothing of our environment is its business: it reads TEMPORAL_* variables of its own.
      environment: { HOME: folder },
      log,
    });
    if (server !== undefined && (await answers(ports.http, server, START_PATIENCE_MS)))
      return { process: server, ports };
    if (server !== undefined) await endProcess(server, STOP_PATIENCE_MS);
    const said = logSince(log, offset);
    // Not always its last words: of a port that it chose itself they are a stack.
    if (attempt < ATTEMPTS && said.includes('address already in use')) continue;
    throw new Failure(
      'unreachable',
      `The Temporal server ${program} did not start: ${lastLines(said, 2) || 'it said nothing'}. Its log is ${log}.`,
    );
  }
}

function serverArguments(database: string, ports: TemporalPorts): readonly string[] {
  return [
    'server',
    'start-dev',
    `--ip=127.0.0.1`,
    `--port=${ports.grpc}`,
    `--http-port=${ports.http}`,
    `--ui-port=${ports.ui}`,
    `--metrics-port=${ports.metrics}`,
    `--namespace=${NAMESPACE}`,
    `--db-filename=${database}`,
    // Survives a killed process; a power cut can cost the last moments, which activities then do again.
    '--sqlite-pragma=journal_mode=wal',
    '--sqlite-pragma=synchronous=normal',
    '--ui-disable-news-fetch',
    ...Object.values(SEARCH_ATTRIBUTES).map((name) => `--search-attribute=${name}=Keyword`),
    '--log-level=warn',
  ];
}

function databaseFile(folder: string): string {
  return join(folder, 'temporal', 'temporal.sqlite');
}

async function choosePorts(known: TemporalPorts | undefined): Promise<TemporalPorts> {
  const preferred = known && [known.grpc, known.http, known.ui, known.metrics];
  const [grpc, http, ui, metrics] = (await freePorts(4, preferred)) as [
    number,
    number,
    number,
    number,
  ];
  return { grpc, http, ui, metrics };
}

function portsOf({ ports }: PartRecord): TemporalPorts {
  const port = (name: string): number => ports[name] ?? 0;
  return { grpc: port('grpc'), http: port('http'), ui: port('ui'), metrics: port('metrics') };
}
