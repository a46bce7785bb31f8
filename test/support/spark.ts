import { type ChildProcess, spawn } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { findJava, obtainSpark } from '../../.bootstrap/spark-home.mjs';
import { readConfig } from '../../src/config.ts';
import { makeFolder } from './test-folder.ts';

export type TestSpark = {
  /** `sc://127.0.0.1:PORT` */
  readonly remote: string;
  readonly port: number;
  /** The Java process. */
  readonly pid: number;
  /** Where everything of the server lies. */
  readonly folder: string;
  /** What the server has said so far. */
  readonly log: () => string;
  readonly stop: () => Promise<void>;
};

export type TestSparkOptions = {
  readonly master?: string;
  /** Settings of the server (`--conf`). */
  readonly conf?: { readonly [key: string]: string };
};

const CONNECT_SERVER = 'org.apache.spark.sql.connect.service.SparkConnectServer';
/** A server that lives for a minute is not worth optimising; on two cores the compiler would be in the tests' way. */
const QUICK_START = '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC';
const STARTED = /Spark Connect server started at: \S*?:(\d+)/;

/** Spark's programs and jars; fetched into `.partita/tools` when they are nowhere on this machine. */
export function sparkHome(): Promise<string> {
  findJava(process.env);
  const toolsFolder = join(readConfig().folder, 'tools');
  const tell = (line: string) => console.error(line);
  return obtainSpark({ toolsFolder, environment: process.env, tell });
}

/**
 * A real Spark Connect server for one test file, on a port of loopback that it chooses itself, where no Python is to be
 * found. It goes away with all that it started, even when the test process is killed.
 */
export async function startTestSpark(options: TestSparkOptions = {}): Promise<TestSpark> {
  const home = await sparkHome();
  const folder = makeFolder();
  const logPath = join(folder, 'server.log');
  const log = () => readFileSync(logPath, 'utf8');
  const conf = { ...serverConf(folder), ...options.conf };
  const server = startProgram(
    join(home, 'bin', 'spark-submit'),
    [
      `--class=${CONNECT_SERVER}`,
      `--master=${options.master ?? 'local[2]'}`,
      '--driver-memory=1g',
      `--driver-java-options=${QUICK_START}`,
      ...Object.entries(conf).map(([key, value]) => `--conf=${key}=${value}`),
      'spark-internal',
    ],
    { folder, logPath, home },
  );
  const stop = async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const port = await portOf(server, log);
    return { remote: `sc://127.0.0.1:${port}`, port, pid: server.pid, folder, log, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function portOf(server: Program, log: () => string): Promise<number> {
  for (;;) {
    const found = STARTED.exec(log());
    if (found !== null) return Number(found[1]);
    if (server.hasEnded()) throw new Error(`Spark ended while it started:\n${log()}`);
    await wait(100);
  }
}

function serverConf(folder: string): { readonly [key: string]: string } {
  return {
    'spark.connect.grpc.binding.address': '127.0.0.1',
    'spark.connect.grpc.binding.port': '0',
    'spark.driver.bindAddress': '127.0.0.1',
    'spark.driver.host': '127.0.0.1',
    'spark.ui.enabled': 'false',
    'spark.local.dir': join(folder, 'local'),
    'spark.sql.warehouse.dir': join(folder, 'warehouse'),
    'spark.sql.shuffle.partitions': '4',
  };
}

type Program = {
  readonly pid: number;
  readonly hasEnded: () => boolean;
  readonly stop: () => Promise<void>;
};

/** Starts one of Spark's scripts as the leader of a process group of its own, which ends with this process. */
function startProgram(
  path: string,
  args: readonly string[],
  at: { readonly folder: string; readonly logPath: string; readonly home: string },
): Program {
  const output = openSync(at.logPath, 'a');
  const child = spawn(path, args, {
    cwd: at.folder,
    detached: true,
    stdio: ['ignore', output, output],
    env: {
      PATH: toolsWithoutPython(join(at.folder, 'bin')),
      HOME: at.folder,
      SPARK_HOME: at.home,
      SPARK_LOCAL_IP: '127.0.0.1',
      ...(process.env['JAVA_HOME'] ? { JAVA_HOME: process.env['JAVA_HOME'] } : {}),
    },
  });
  closeSync(output);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${path} could not be started.`);
  const guard = endWithThisProcess(pid, at.folder);
  return {
    pid,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    stop: async () => {
      await endGroup(child, pid);
      guard.kill();
    },
  };
}

/** A folder that holds every program of the usual places but Python: what executors find on a bare node. */
function toolsWithoutPython(folder: string): string {
  mkdirSync(folder, { recursive: true });
  for (const place of (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((path) => existsSync(path)))
    for (const name of readdirSync(place))
      if (!/python|^py|^node$|^pip/.test(name) && !existsSync(join(folder, name)))
        symlinkSync(join(place, name), join(folder, name));
  return folder;
}

/** Ends the whole group, with force when it does not listen. */
async function endGroup(child: ChildProcess, pid: number): Promise<void> {
  const gone = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once('exit', () => resolve());
  });
  signalGroup(pid, 'SIGTERM');
  const impatience = setTimeout(() => signalGroup(pid, 'SIGKILL'), 10_000);
  await gone;
  clearTimeout(impatience);
  // What Spark had started (workers of UDFs) may outlive it for a moment.
  signalGroup(pid, 'SIGKILL');
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** A shell that reads until this process ends, for whatever reason, and then ends the group. */
function endWithThisProcess(pid: number, folder: string): ChildProcess {
  const script = 'cat; kill -KILL -"$1"; rm -rf "$2"';
  const guard = spawn('sh', ['-c', script, 'guard', String(pid), folder], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.unref();
  return guard;
}
