/** What the JVM says in the environment of the program that it starts. */
export type WorkerEnvironment = {
  /** Where a worker without a daemon connects to; null: a daemon is wanted. */
  readonly connectTo: { readonly port: number } | { readonly path: string } | null;
  /** Folder for the daemon's socket where Unix sockets are used, else null: TCP. */
  readonly socketFolder: string | null;
  /** Null where Unix sockets are used: the file system guards them. */
  readonly secret: string | null;
  /** Whether a worker is given one task after another. */
  readonly isReused: boolean;
  /** Major and minor version as the path of Spark's jar shows it, null when it does not. */
  readonly sparkInPath: string | null;
  /** After which a daemon without work leaves, milliseconds. */
  readonly idleMs: number;
};

/** A session has a daemon of its own on every executor, which nobody ends when the session does. */
const IDLE_MS = 120_000;

type Variables = { readonly [name: string]: string | undefined };

export function readWorkerEnvironment(variables: Variables = process.env): WorkerEnvironment {
  const read = (name: string) => variables[name] ?? null;
  const usesUnixSockets = /^true$/i.test(read('PYTHON_UNIX_DOMAIN_ENABLED') ?? '');
  const port = read('PYTHON_WORKER_FACTORY_PORT');
  const path = read('PYTHON_WORKER_FACTORY_SOCK_PATH');
  return {
    connectTo: path !== null ? { path } : port !== null ? { port: Number(port) } : null,
    socketFolder: usesUnixSockets ? read('PYTHON_WORKER_FACTORY_SOCK_DIR') : null,
    secret: usesUnixSockets ? null : read('PYTHON_WORKER_FACTORY_SECRET'),
    isReused: read('SPARK_REUSE_WORKER') !== null,
    sparkInPath: sparkInPath(read('PYTHONPATH') ?? ''),
    idleMs: Number(read('PARTITA_WORKER_IDLE_MS') ?? IDLE_MS),
  };
}

function sparkInPath(pythonPath: string): string | null {
  return /spark-core_2\.\d+-(\d+\.\d+)\.[^/]*\.jar/.exec(pythonPath)?.[1] ?? null;
}
