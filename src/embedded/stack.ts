import { join } from 'node:path';
import { type Config, childEnvironment, type ExternalTemporal } from '../config.ts';
import { embeddedAddresses, ensureAppAccount, giveToApp } from './app-account.ts';
import { buildDigest } from './build-digest.ts';
import { withFolderLock } from './folder-lock.ts';
import { packageRoot } from './package-root.ts';
import { hasDied, markStopped, type PartName, readRecord, writeRecord } from './part-record.ts';
import { ensurePartitaFolder, runFolder } from './partita-folder.ts';
import {
  findPostgres,
  isPostgresEnding,
  postgresUrl,
  startPostgres,
  stopPostgres,
} from './postgres.ts';
import type { Say } from './say.ts';
import { ensureDatabase } from './server-query.ts';
import { NAMESPACE, startTemporal, stopTemporal } from './temporal.ts';
import { obtainTemporal } from './temporal-program.ts';
import { startWorker, stopWorker } from './worker-process.ts';

/** Where everything is that a run needs. The addresses of databases hold passwords: never to be shown. */
export type Stack = {
  /** Runs and lineage, as the application reaches them. */
  readonly databaseUrl: string;
  /** The same database as whoever owns its tables does; the same address where that is nobody else. */
  readonly ownerUrl: string;
  /** The users' own tables; null with a database of one's own and no PARTITA_DATA_URL. */
  readonly dataUrl: string | null;
  readonly temporal: ExternalTemporal;
  /** Temporal's web pages; null when Temporal is not ours. */
  readonly temporalUi: string | null;
  /** What this call started; the rest ran already or is not ours. */
  readonly started: readonly PartName[];
};

export type StackRequest = {
  readonly config: Config;
  /** Brings the database to the newest schema. */
  readonly migrate: (addresses: {
    readonly owner: string;
    readonly app: string;
  }) => Promise<unknown>;
  /** False in a worker itself: it needs the other parts only. */
  readonly worker: boolean;
  /** Variables of our environment that the worker needs too: a spec refers to them. */
  readonly secrets?: readonly string[];
  readonly say: Say;
};

/** The databases on the embedded server. */
const LINEAGE_DATABASE = 'partita';
const DATA_DATABASE = 'partita_data';

/**
 * Sees to it that Postgres, the schema, Temporal and a worker are up, in this order: adopts what runs, starts what does
 * not, replaces what is broken or of other code. Parts that the configuration names are only used. Two calls at once
 * take turns, in whatever processes. Costs about 0.2 s when all is up.
 * Throws `Failure('unreachable')` that names the part, why, and where its log is.
 */
export async function ensureStack(request: StackRequest): Promise<Stack> {
  const { config, say } = request;
  const named = request.worker ? undefined : namedStack(config);
  if (named !== undefined) {
    await request.migrate(addressesOf(named));
    return named;
  }
  ensurePartitaFolder(config.folder);
  return withFolderLock(lockPlace(config), waiting(say), async () => {
    const database = await ensureDatabases(config, say);
    await request.migrate(addressesOf(database));
    const temporal = await ensureTemporal(config, say);
    const stack = { ...database, ...temporal, started: [...database.started, ...temporal.started] };
    if (!request.worker) return stack;
    const worker = await ensureWorker(request, stack);
    return { ...stack, started: [...stack.started, ...worker] };
  });
}

/** Stops the background parts in reverse order, or only those named; returns what ran and was stopped. Data are kept. */
export async function stopStack(
  config: Config,
  say: Say,
  only: readonly PartName[] = ['postgres', 'temporal', 'worker'],
): Promise<readonly PartName[]> {
  ensurePartitaFolder(config.folder);
  const stops = [
    ['worker', stopWorker],
    ['temporal', stopTemporal],
    ['postgres', stopPostgres],
  ] as const;
  return withFolderLock(lockPlace(config), waiting(say), async () => {
    const stopped: PartName[] = [];
    for (const name of only) markStopped(config.folder, name);
    for (const [name, stop] of stops)
      if (only.includes(name) && (await stop(config.folder))) stopped.push(name);
    return stopped;
  });
}

/** Where runs are kept, if that can be asked now without starting anything. Holds a password: never to be shown. */
export function runningDatabase({ folder, databaseUrl }: Config): string | null {
  if (databaseUrl !== null) return databaseUrl;
  const found = findPostgres(folder);
  return found === undefined ? null : embeddedAddresses(folder, found.port, LINEAGE_DATABASE).app;
}

/**
 * The parts of ours that have ended, or are about to, without being told to by us. Reads four small files: cheap enough
 * for every second.
 */
export function deadParts({ folder, databaseUrl, temporal }: Config): readonly PartName[] {
  const isOurs = { postgres: databaseUrl === null, temporal: temporal === null, worker: true };
  return (['postgres', 'temporal', 'worker'] as const).filter(
    (name) =>
      isOurs[name] && hasDied(folder, name, name === 'postgres' && isPostgresEnding(folder)),
  );
}

/**
 * Where everything is when the environment names both parts, so that there is nothing to start and nothing to take turns
 * for: a worker starts that way while whoever starts it still holds the lock.
 */
export function namedStack(config: Config): Stack | undefined {
  const { databaseUrl, dataUrl, temporal } = config;
  if (databaseUrl === null || temporal === null) return undefined;
  const ownerUrl = config.ownerUrl ?? databaseUrl;
  return { databaseUrl, ownerUrl, dataUrl, temporal, temporalUi: null, started: [] };
}

function addressesOf({ ownerUrl, databaseUrl }: Pick<Stack, 'ownerUrl' | 'databaseUrl'>) {
  return { owner: ownerUrl, app: databaseUrl };
}

async function ensureDatabases(
  config: Config,
  say: Say,
): Promise<Pick<Stack, 'databaseUrl' | 'ownerUrl' | 'dataUrl' | 'started'>> {
  const { folder, databaseUrl, dataUrl } = config;
  if (databaseUrl !== null)
    return { databaseUrl, ownerUrl: config.ownerUrl ?? databaseUrl, dataUrl, started: [] };
  const preferredPort = readRecord(folder, 'postgres')?.ports['sql'];
  const server = await startPostgres({
    folder,
    say,
    ...(preferredPort === undefined ? {} : { preferredPort }),
  });
  const { process, log, port } = server;
  writeRecord(folder, 'postgres', { process, ports: { sql: port }, log });
  for (const name of [LINEAGE_DATABASE, DATA_DATABASE])
    await ensureDatabase(postgresUrl(server, 'postgres'), name);
  await ensureAppAccount(folder, port);
  const lineage = embeddedAddresses(folder, port, LINEAGE_DATABASE);
  const data = embeddedAddresses(folder, port, DATA_DATABASE);
  await giveToApp(data.owner, DATA_DATABASE);
  return {
    databaseUrl: lineage.app,
    ownerUrl: lineage.owner,
    dataUrl: dataUrl ?? data.app,
    started: server.adopted ? [] : ['postgres'],
  };
}

async function ensureTemporal(
  config: Config,
  say: Say,
): Promise<Pick<Stack, 'temporal' | 'temporalUi' | 'started'>> {
  if (config.temporal !== null) return { temporal: config.temporal, temporalUi: null, started: [] };
  const program = async (): Promise<string> => (await obtainTemporal(config, say)).path;
  const { ports, adopted } = await startTemporal(config.folder, program, say);
  return {
    temporal: { address: `127.0.0.1:${ports.grpc}`, namespace: NAMESPACE, tls: false },
    temporalUi: `http://127.0.0.1:${ports.ui}`,
    started: adopted ? [] : ['temporal'],
  };
}

async function ensureWorker(
  { config, secrets = [], say }: StackRequest,
  stack: Stack,
): Promise<readonly PartName[]> {
  const build = join(packageRoot(), 'dist');
  const { adopted } = await startWorker({
    folder: config.folder,
    entry: join(build, 'cli', 'partita.js'),
    code: buildDigest(build),
    connections: connectionVariables(stack, config),
    keys: config.payload?.keys ?? [],
    files: certificateFiles(stack),
    environment: childEnvironment({}),
    secrets: [
      ...secrets,
      ...(config.lineage?.variables ?? []),
      ...(config.traces?.variables ?? []),
      ...(config.objects?.variables ?? []),
    ],
    say,
  });
  return adopted ? [] : ['worker'];
}

function certificateFiles({ temporal: { certificates } }: Stack): readonly string[] {
  const { client, serverCa } = certificates ?? {};
  return [client?.certificate, client?.key, serverCa].filter((path) => path !== undefined);
}

/** The environment that names every part of the stack, so that the worker looks for none. */
function connectionVariables(
  stack: Stack,
  { payload, objects, metricsAddress, isPinned }: Config,
): { readonly [name: string]: string | undefined } {
  const { address, namespace, tls, apiKey, certificates } = stack.temporal;
  return {
    DATABASE_URL: stack.databaseUrl,
    // It works, and changes no schema.
    DATABASE_OWNER_URL: undefined,
    PARTITA_DATA_URL: stack.dataUrl ?? undefined,
    TEMPORAL_ADDRESS: address,
    TEMPORAL_NAMESPACE: namespace,
    TEMPORAL_TLS: String(tls),
    TEMPORAL_API_KEY: apiKey,
    TEMPORAL_TLS_CLIENT_CERT_PATH: certificates?.client?.certificate,
    TEMPORAL_TLS_CLIENT_KEY_PATH: certificates?.client?.key,
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: certificates?.serverCa,
    TEMPORAL_TLS_SERVER_NAME: certificates?.serverName,
    PARTITA_PAYLOAD_KEY: payload?.text,
    PARTITA_OBJECTS: objects?.address,
    PARTITA_OBJECTS_PATH_STYLE: objects === null ? undefined : String(objects.isPathStyle),
    PARTITA_METRICS_ADDRESS: metricsAddress ?? undefined,
    PARTITA_WORKER_VERSIONING: isPinned ? 'pinned' : undefined,
  };
}

function lockPlace(config: Config): { readonly folder: string; readonly name: string } {
  return { folder: runFolder(config.folder), name: 'stack' };
}

function waiting(say: Say): (holderPid: number) => void {
  return (pid) => say(`Waiting for process ${pid}, which starts or stops the background parts.`);
}
