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
import { findJava, obtainSpark, type SparkRelease } from '../../.bootstrap/spark-home.mjs';
import { readConfig } from '../../src/config.ts';
import { makeFolder } from './test-folder.ts';

/**
 * Spark's programs and jars; fetched into `.partita/tools` when they are nowhere on this machine. A named release is
 * that one, whatever installation the environment names.
 */
export function sparkHome(release?: SparkRelease): Promise<string> {
  findJava(process.env);
  const toolsFolder = join(readConfig().folder, 'tools');
  const search = {
    toolsFolder,
    environment: process.env,
    tell: (line: string) => console.error(line),
  };
  if (release === undefined) return obtainSpark(search);
  const environment = { ...process.env };
  for (const name of ['PARTITA_SPARK_HOME', 'SPARK_HOME']) delete environment[name];
  return obtainSpark({ ...search, environment, release });
}

/** A process of Spark's that may live for a minute only: not worth optimising. */
export const QUICK_START = '-XX:TieredStopAtLevel=1 -XX:+UseSerialGC';

/** One of Spark's programs at work, in a folder of its own. */
export type SparkProgram = {
  /** The Java process, and the number of its process group. */
  readonly pid: number;
  readonly folder: string;
  /** What it has said so far. */
  readonly log: () => string;
  /** Waits until it has said this; throws, with its log, when it ends before. */
  readonly says: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** Ends it and all that it started as a power cut does. */
  readonly kill: () => void;
  readonly stop: () => Promise<void>;
};

export type SparkProgramOptions = {
  /** Below `bin` of Spark's home. */
  readonly script: 'spark-submit' | 'spark-class';
  readonly home: string;
  readonly environment?: { readonly [name: string]: string };
};

/**
 * Starts one of Spark's scripts where no Python is to be found, as the leader of a process group of its own: it goes away
 * with all that it started, even when the test process is killed. `args`: given the program's folder.
 */
export function startSparkProgram(
  { script, home, environment = {} }: SparkProgramOptions,
  args: (folder: string) => readonly string[],
): SparkProgram {
  const folder = makeFolder();
  const logPath = join(folder, 'program.log');
  const output = openSync(logPath, 'a');
  const child = spawn(join(home, 'bin', script), [...args(folder)], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', output, output],
    env: {
      PATH: toolsWithoutPython(join(folder, 'bin')),
      HOME: folder,
      SPARK_HOME: home,
      SPARK_LOCAL_IP: '127.0.0.1',
      ...(process.env['JAVA_HOME'] ? { JAVA_HOME: process.env['JAVA_HOME'] } : {}),
      ...environment,
    },
  });
  closeSync(output);
  const { pid } = child;
  if (pid === undefined) throw new Error(`${script} could not be started.`);
  const guard = endWithThisProcess(pid, folder);
  const log = () => readFileSync(logPath, 'utf8');
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  return {
    pid,
    folder,
    log,
    says: async (pattern) => {
      for (;;) {
        const found = pattern.exec(log());
        if (found !== null) return found;
        if (hasEnded()) throw new Error(`It ended before it said ${pattern}:\n${log()}`);
        await wait(100);
      }
    },
    kill: () => signalGroup(pid, 'SIGKILL'),
    stop: async () => {
      await endGroup(child, pid);
      guard.kill();
      rmSync(folder, { recursive: true, force: true });
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
