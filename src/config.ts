import { existsSync, realpathSync, statSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ObjectsBucket, objectsBucket } from './config/objects-bucket.ts';
import { type Variables, variables } from './config/variables.ts';
import { Failure } from './domain/failure.ts';

/** A Temporal service that is not ours to start. */
export type ExternalTemporal = {
  /** `host:port` */
  readonly address: string;
  readonly namespace: string;
  readonly tls: boolean;
  readonly apiKey?: string;
  readonly certificates?: Certificates;
};

/** Files in PEM form, and a name; left out: the system's certificates, none of ours, and the name in the address. */
export type Certificates = {
  /** Who we are. */
  readonly client?: { readonly certificate: string; readonly key: string };
  /** Who vouches for the server. */
  readonly serverCa?: string;
  /** Whom the server's certificate names. */
  readonly serverName?: string;
};

/** What encrypts all that Temporal keeps of runs. */
export type PayloadKeys = {
  /** The variable as it was set: the keys, or a file that holds them. Never to be shown. */
  readonly text: string;
  /** 32 bytes each; the first encrypts, each decrypts. */
  readonly keys: readonly Uint8Array[];
};

/** Where lineage events of runs go, by the variables that OpenLineage's own clients read. */
export type LineageEvents = {
  readonly to:
    | { readonly kind: 'console' }
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'http'; readonly url: string; readonly apiKey?: string };
  /** Of our jobs and data. */
  readonly namespace: string;
  /** Those of the variables that are set. */
  readonly variables: readonly string[];
};

/** Whether runs are traced: OpenTelemetry's exporter itself reads where traces go. */
export type Traces = {
  /** Those of OpenTelemetry's variables that are set. */
  readonly variables: readonly string[];
};

/** What the environment says, checked and frozen. Null: not set, so the embedded part or the default is used. */
export type Config = {
  /** The `.partita` folder: absolute, without symbolic links; it need not exist yet. */
  readonly folder: string;
  /** Where runs and lineage are kept. Holds a password: never to be shown. */
  readonly databaseUrl: string | null;
  /** The same database as whoever owns its tables reaches it: for migrations. Holds a password: never to be shown. */
  readonly ownerUrl: string | null;
  /** Where a source of kind postgres without a url reads. Holds a password: never to be shown. */
  readonly dataUrl: string | null;
  readonly temporal: ExternalTemporal | null;
  readonly payload: PayloadKeys | null;
  /** Null: objects are files below `folder`; else that is the cache of the bucket. */
  readonly objects: ObjectsBucket | null;
  /** IP address and port at which a worker tells Prometheus how it does. */
  readonly metricsAddress: string | null;
  readonly lineage: LineageEvents | null;
  readonly traces: Traces | null;
  /** Whether a run stays with workers of the version that it began with. */
  readonly isPinned: boolean;
  /** A Temporal program to be used instead of searching for one. */
  readonly temporalCli: string | null;
  /** Folders that programs are searched in, first wins. */
  readonly searchPath: readonly string[];
  readonly colour: boolean;
};

/** The environment as Node gives it: names to texts. */
export type Environment = { readonly [name: string]: string | undefined };

/**
 * The configuration of this process: an empty variable counts as unset.
 * Throws `Failure('usage')` that names every variable which makes no sense, and what would.
 */
export function readConfig(
  environment: Environment = process.env,
  workingFolder: string = process.cwd(),
): Config {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = variables.safeParse(set);
  if (!parsed.success)
    throw new Failure(
      'usage',
      parsed.error.issues
        .map((issue) => `The environment variable ${issue.path.join('.')} ${issue.message}.`)
        .join('\n'),
    );
  const found = parsed.data;
  return Object.freeze({
    folder: realPath(
      found.PARTITA_FOLDER === undefined
        ? nearestFolder(workingFolder)
        : resolve(workingFolder, found.PARTITA_FOLDER),
    ),
    databaseUrl: found.DATABASE_URL ?? null,
    ownerUrl: found.DATABASE_OWNER_URL ?? null,
    dataUrl: found.PARTITA_DATA_URL ?? null,
    temporal: externalTemporal(found),
    payload: found.PARTITA_PAYLOAD_KEY ?? null,
    objects: objectsBucket(found, Object.keys(set)),
    metricsAddress: found.PARTITA_METRICS_ADDRESS ?? null,
    lineage: lineageEvents(found, set),
    traces: tracesOf(found, set),
    isPinned: isPinned(found),
    temporalCli: found.TEMPORAL_CLI ?? null,
    searchPath: Object.freeze(found.PATH.split(delimiter).filter((folder) => folder !== '')),
    colour: found.NO_COLOR === undefined,
  });
}

/** One variable by name, for `${env:NAME}` in a spec; undefined when it is not set. */
export function environmentVariable(name: string): string | undefined {
  return process.env[name];
}

/** Our environment with changes, for a process that we start. */
export function childEnvironment(changes: Environment): Environment {
  return { ...process.env, ...changes };
}

function externalTemporal(found: Variables): ExternalTemporal | null {
  if (found.TEMPORAL_ADDRESS === undefined) return null;
  const apiKey = found.TEMPORAL_API_KEY;
  const certificates = certificatesOf(found);
  return Object.freeze({
    address: found.TEMPORAL_ADDRESS,
    namespace: found.TEMPORAL_NAMESPACE,
    // A key sent in clear text is no secret any more, so a key alone turns TLS on, as a certificate does.
    tls: found.TEMPORAL_TLS ?? (apiKey !== undefined || certificates !== undefined),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(certificates === undefined ? {} : { certificates }),
  });
}

function certificatesOf(found: Variables): Certificates | undefined {
  const certificate = found.TEMPORAL_TLS_CLIENT_CERT_PATH;
  const key = found.TEMPORAL_TLS_CLIENT_KEY_PATH;
  if ((certificate === undefined) !== (key === undefined))
    throw new Failure(
      'usage',
      'TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH belong together: set both, or none.',
    );
  const serverCa = found.TEMPORAL_TLS_SERVER_CA_CERT_PATH;
  const serverName = found.TEMPORAL_TLS_SERVER_NAME;
  const certificates = {
    ...(certificate !== undefined && key !== undefined && { client: { certificate, key } }),
    ...(serverCa !== undefined && { serverCa }),
    ...(serverName !== undefined && { serverName }),
  };
  return Object.keys(certificates).length === 0 ? undefined : certificates;
}

function lineageEvents(found: Variables, set: Environment): LineageEvents | null {
  const url = found.OPENLINEAGE_URL;
  if (url === undefined || found.OPENLINEAGE_DISABLED === true) return null;
  return Object.freeze({
    to: sinkOf(url, found),
    namespace: found.OPENLINEAGE_NAMESPACE,
    variables: Object.keys(set).filter((name) => name.startsWith('OPENLINEAGE_')),
  });
}

function isPinned(found: Variables): boolean {
  if (found.PARTITA_WORKER_VERSIONING === undefined) return false;
  if (found.TEMPORAL_ADDRESS === undefined)
    throw new Failure(
      'usage',
      'PARTITA_WORKER_VERSIONING needs a Temporal of your own (TEMPORAL_ADDRESS) with workers of several versions: the embedded one has one worker, which has to take up every run.',
    );
  return true;
}

function tracesOf(found: Variables, set: Environment): Traces | null {
  const endpoint = found.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ?? found.OTEL_EXPORTER_OTLP_ENDPOINT;
  const isOff =
    found.OTEL_SDK_DISABLED?.toLowerCase() === 'true' ||
    !found.OTEL_TRACES_EXPORTER.split(',').includes('otlp');
  if (endpoint === undefined || isOff) return null;
  const protocol = found.OTEL_EXPORTER_OTLP_TRACES_PROTOCOL ?? found.OTEL_EXPORTER_OTLP_PROTOCOL;
  if (protocol === 'grpc')
    throw new Failure(
      'usage',
      'The environment asks for traces by gRPC, and runs send theirs by HTTP: name such an address of your collector (port 4318) in OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, with OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=http/protobuf; or no traces with OTEL_TRACES_EXPORTER=none.',
    );
  return Object.freeze({
    variables: Object.keys(set).filter((name) => name.startsWith('OTEL_')),
  });
}

function sinkOf(url: string, found: Variables): LineageEvents['to'] {
  if (url === 'console') return { kind: 'console' };
  if (url.startsWith('file:')) return { kind: 'file', path: fileURLToPath(url) };
  const apiKey = found.OPENLINEAGE_API_KEY;
  return {
    kind: 'http',
    url: new URL(found.OPENLINEAGE_ENDPOINT, url.endsWith('/') ? url : `${url}/`).href,
    ...(apiKey === undefined ? {} : { apiKey }),
  };
}

/** The `.partita` of the nearest folder upwards that has one of ours; else the one to be made in the working folder. */
function nearestFolder(workingFolder: string): string {
  for (let at = resolve(workingFolder); ; at = dirname(at)) {
    const candidate = join(at, '.partita');
    if (isOurs(candidate)) return candidate;
    if (dirname(at) === at) return join(resolve(workingFolder), '.partita');
  }
}

/** Someone else's folder further up (in /tmp, say) must not decide what we start and stop. */
function isOurs(folder: string): boolean {
  const stat = statSync(folder, { throwIfNoEntry: false });
  return stat?.isDirectory() === true && [undefined, stat.uid].includes(process.getuid?.());
}

/** The path without symbolic links, as far as it exists. */
function realPath(path: string): string {
  if (existsSync(path)) return realpathSync(path);
  const parent = dirname(path);
  return parent === path ? path : join(realPath(parent), path.slice(parent.length));
}
