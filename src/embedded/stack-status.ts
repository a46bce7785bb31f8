import type { Config } from '../config.ts';
import { logPathOf } from './log-file.ts';
import { type PartName, readLiveRecord } from './part-record.ts';
import { findPostgres, postgresUrl } from './postgres.ts';
import { postgresPassword } from './postgres-home.ts';
import { queryServer } from './server-query.ts';
import { answers } from './temporal.ts';
import { isReady } from './worker-process.ts';

/** `external`: named by the environment, so it is not ours to look after. `stuck`: it runs and does not answer. */
type PartState = 'up' | 'down' | 'stuck' | 'external';

/** How a background part stands, without any password. */
export type PartStatus = {
  readonly name: PartName;
  readonly state: PartState;
  readonly pid: number | null;
  /** Loopback ports by use. */
  readonly ports: { readonly [use: string]: number };
  readonly log: string | null;
};

const PROBE_MS = 2_000;

/** How Postgres, Temporal and the worker of a configuration stand now; starts and changes nothing. */
export async function stackStatus(config: Config): Promise<readonly PartStatus[]> {
  return Promise.all([postgresStatus(config), temporalStatus(config), workerStatus(config)]);
}

async function postgresStatus({ folder, databaseUrl }: Config): Promise<PartStatus> {
  if (databaseUrl !== null) return absent('postgres', 'external');
  const found = findPostgres(folder);
  if (found === undefined) return absent('postgres', 'down');
  const password = postgresPassword(folder);
  const answered = await queryServer(
    postgresUrl({ port: found.port, password }, 'postgres'),
    'select 1',
  )
    .then(() => true)
    .catch(() => false);
  return {
    name: 'postgres',
    state: answered ? 'up' : 'stuck',
    pid: found.process.pid,
    ports: { sql: found.port },
    log: logPathOf(folder, 'postgres'),
  };
}

async function temporalStatus({ folder, temporal }: Config): Promise<PartStatus> {
  if (temporal !== null) return absent('temporal', 'external');
  const record = readLiveRecord(folder, 'temporal');
  if (record === undefined) return absent('temporal', 'down');
  const answered = await answers(record.ports['http'] ?? 0, record.process, PROBE_MS);
  const { process, ports, log } = record;
  return { name: 'temporal', state: answered ? 'up' : 'stuck', pid: process.pid, ports, log };
}

async function workerStatus({ folder }: Config): Promise<PartStatus> {
  const record = readLiveRecord(folder, 'worker');
  if (record === undefined) return absent('worker', 'down');
  const { process, ports, log } = record;
  const state = isReady(folder, process) ? 'up' : 'stuck';
  return { name: 'worker', state, pid: process.pid, ports, log };
}

function absent(name: PartName, state: PartState): PartStatus {
  return { name, state, pid: null, ports: {}, log: null };
}
