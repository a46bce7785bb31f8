import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tableFromIPC } from 'apache-arrow';
import type { Outcome } from '../../src/engines/engine.ts';
import type { Command, SparkVersion } from '../../src/engines/spark/command.ts';
import { type OutcomeRow, outcomeFromRow } from '../../src/engines/spark/outcome-rows.ts';
import {
  int,
  readArrowMessage,
  readInt,
  readLong,
  readText,
  SocketReader,
  text,
} from '../../src/engines/spark/worker/wire.ts';
import { ARROW_END } from '../../src/frame/arrow-message.ts';
import type { Frame } from '../../src/frame/frame.ts';
import { GroupStream, type HeadChange, headOf, timesOf } from './spark-wire.ts';

/** Spark's side of the worker protocol: it starts the compiled worker as an executor does, and speaks each version's wire. */
const WORKER = join(import.meta.dirname, '../../dist/spark/worker.cjs');
export const SECRET = 'only the two of us';

export type Transport = 'TCP' | 'Unix sockets';

/** The rows of one group: batches of row numbers; null: a row without a row number. */
export type Group = {
  readonly task: number;
  readonly batches: readonly (readonly (number | null)[])[];
};

/** How a Spark task ended. */
export type TaskEnd =
  | {
      readonly kind: 'done';
      readonly outcomes: readonly Outcome[];
      readonly rows: readonly object[];
    }
  | { readonly kind: 'error'; readonly message: string; readonly outcomes: readonly Outcome[] };

export class FakeJvm {
  readonly version: SparkVersion;
  readonly transport: Transport;
  readonly folder = mkdtempSync(join(tmpdir(), 'partita-jvm-'));
  readonly #program: readonly string[];
  readonly #children: ChildProcess[] = [];
  #said = '';
  #daemon: ChildProcess | undefined;
  #address: { readonly port: number } | { readonly path: string } | undefined;

  /** `program`: what is started in place of Python, with its first arguments. */
  constructor(
    version: SparkVersion,
    transport: Transport = 'TCP',
    program: readonly string[] = [process.execPath, '--enable-source-maps', WORKER],
  ) {
    this.version = version;
    this.transport = transport;
    this.#program = program;
  }

  /** What its programs have written for the executor's log. */
  said(): string {
    return this.#said;
  }

  get daemonPid(): number {
    return this.#daemon?.pid as number;
  }

  async startDaemon(variables: { readonly [name: string]: string } = {}): Promise<void> {
    const isTcp = this.transport === 'TCP';
    const daemon = this.#start('pyspark.daemon', {
      ...(isTcp
        ? { PYTHON_WORKER_FACTORY_SECRET: SECRET }
        : { PYTHON_UNIX_DOMAIN_ENABLED: 'True', PYTHON_WORKER_FACTORY_SOCK_DIR: this.folder }),
      ...variables,
    });
    this.#daemon = daemon;
    const reader = new SocketReader(daemon.stdout as unknown as Socket);
    this.#address = isTcp ? { port: await readInt(reader) } : { path: await readText(reader) };
  }

  /** A connection to the daemon as the JVM makes it. */
  async connect(secret = SECRET): Promise<SparkSide> {
    const socket = connect(this.#address as { port: number });
    const side = new SparkSide(socket, this.version, this.folder);
    side.pid = await readInt(side.reader);
    if (this.transport === 'TCP') {
      socket.write(text(secret));
      side.answer = await readText(side.reader);
    }
    return side;
  }

  /** A worker without a daemon: it connects to us. */
  async startWorker(): Promise<SparkSide> {
    const isTcp = this.transport === 'TCP';
    const path = join(this.folder, 'worker.sock');
    const server = createServer();
    await new Promise<void>((resolve) =>
      isTcp ? server.listen(0, '127.0.0.1', resolve) : server.listen(path, resolve),
    );
    const arriving = new Promise<Socket>((resolve) => server.once('connection', resolve));
    this.#start('pyspark.worker', isTcp ? tcpVariables(server) : unixVariables(path));
    const side = new SparkSide(await arriving, this.version, this.folder);
    server.close();
    if (isTcp) {
      side.answer = await readText(side.reader);
      side.socket.write(text('ok'));
    }
    side.pid = await readInt(side.reader);
    return side;
  }

  /** What Spark does when a task was cancelled. */
  askToKill(pid: number): void {
    this.#daemon?.stdin?.write(int(pid));
  }

  endStdin(): void {
    this.#daemon?.stdin?.end();
  }

  /** Resolves with the exit code of the daemon, or the signal that ended it. */
  daemonExit(): Promise<number | string | null> {
    const daemon = this.#daemon as ChildProcess;
    if (daemon.exitCode !== null) return Promise.resolve(daemon.exitCode);
    return new Promise((resolve) => daemon.once('exit', (code, signal) => resolve(code ?? signal)));
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#children.map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return;
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGKILL');
        await gone;
      }),
    );
    rmSync(this.folder, { recursive: true, force: true });
  }

  #start(module: string, variables: { readonly [name: string]: string }): ChildProcess {
    const [program, ...args] = this.#program as [string, ...string[]];
    const child = spawn(program, [...args, '-m', module, 'pyspark.worker'], {
      cwd: '/',
      env: {
        PYTHONPATH: `/opt/spark/jars/spark-core_2.13-${this.version}.1.jar`,
        SPARK_REUSE_WORKER: '1',
        A_SECRET: 'of the executor',
        ...variables,
      },
      stdio: 'pipe',
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
      process.stderr.write(text);
    });
    this.#children.push(child);
    return child;
  }
}

/** Spark's end of a connection to one worker. */
export class SparkSide {
  readonly socket: Socket;
  readonly reader: SocketReader;
  readonly #version: SparkVersion;
  readonly #folder: string;
  pid = 0;
  /** To the secret, or the secret itself where the worker connects. */
  answer = '';

  constructor(socket: Socket, version: SparkVersion, folder: string) {
    this.socket = socket;
    this.reader = new SocketReader(socket);
    this.#version = version;
    this.#folder = folder;
    socket.on('error', () => undefined);
  }

  /** The bytes before the data. */
  sendHead(command: Command, change: HeadChange = {}): void {
    this.socket.write(headOf(this.#version, this.#folder, command, change));
  }

  /** Every batch of a group as one of the stream's. */
  sendGroups(frame: Frame, groups: readonly Group[]): void {
    this.sendBatches(
      frame,
      groups.flatMap(({ task, batches }) =>
        batches.map((rows) => ({ of: rows.map(() => task), rows })),
      ),
    );
  }

  /** `of`: the task of each row of a batch. */
  sendBatches(
    frame: Frame,
    batches: readonly {
      readonly of: readonly number[];
      readonly rows: readonly (number | null)[];
    }[],
  ): void {
    const stream = new GroupStream(frame);
    this.socket.write(stream.schema);
    for (const { of, rows } of batches) this.socket.write(stream.batch(of, rows));
    this.endBatches();
  }

  endBatches(): void {
    this.socket.write(ARROW_END);
    this.socket.write(int(-4));
  }

  async run(command: Command, frame: Frame, groups: readonly Group[]): Promise<TaskEnd> {
    this.sendHead(command);
    this.sendGroups(frame, groups);
    return this.end();
  }

  /** Reads what the worker says until the task is over. */
  async end(): Promise<TaskEnd> {
    let rows: readonly OutcomeRow[] = [];
    const outcomes = () => rows.filter((row) => 'kind' in row).map(outcomeFromRow);
    for (;;) {
      const what = await readInt(this.reader);
      if (what === -6) rows = await this.#readStream();
      else if (what === -3) for (const _ of timesOf(this.#version)) await readLong(this.reader);
      else if (what === -2)
        return { kind: 'error', message: await readText(this.reader), outcomes: outcomes() };
      else if (what === -1) {
        if ((await readInt(this.reader)) !== 0) throw new Error('Accumulators came.');
        if ((await readInt(this.reader)) !== -4) throw new Error('The worker is not reused.');
        return { kind: 'done', outcomes: outcomes(), rows };
      } else throw new Error(`The worker sent ${what}.`);
    }
  }

  async #readStream(): Promise<readonly OutcomeRow[]> {
    const pieces: Uint8Array[] = [];
    for (;;) {
      const message = await readArrowMessage(this.reader);
      if (message === undefined) break;
      pieces.push(message.head, message.metadata, message.body);
    }
    const table = tableFromIPC(Buffer.concat([...pieces, ARROW_END]));
    const column = table.getChildAt(0);
    return Array.from({ length: table.numRows }, (_, i) => column?.get(i).toJSON() as OutcomeRow);
  }
}

function tcpVariables(server: Server): { readonly [name: string]: string } {
  const { port } = server.address() as { port: number };
  return { PYTHON_WORKER_FACTORY_PORT: String(port), PYTHON_WORKER_FACTORY_SECRET: SECRET };
}

function unixVariables(path: string): { readonly [name: string]: string } {
  return { PYTHON_WORKER_FACTORY_SOCK_PATH: path, PYTHON_UNIX_DOMAIN_ENABLED: 'True' };
}
