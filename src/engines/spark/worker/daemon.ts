import { type ChildProcess, fork } from 'node:child_process';
import { rmSync, writeSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { WorkerEnvironment } from './environment.ts';
import { int, text } from './wire.ts';

/** Workers started ahead of the connections that they will serve. */
const SPARE_WORKERS = 1;
const STDOUT = 1;

/**
 * Listens for the JVM's connections and hands each to a worker of its own; leaves when the JVM is gone, or when it has
 * had no connection for a while (the JVM starts another when it needs one). Standard output belongs to the JVM: the port,
 * or the socket's path, and nothing else.
 */
export function runDaemon(self: string, environment: WorkerEnvironment): void {
  const workers = new Workers(self);
  const { socketFolder: folder, idleMs } = environment;
  const path = folder === null ? null : join(folder, `partita-${process.pid}.sock`);
  let idle: NodeJS.Timeout | undefined;
  const leave = (code: number) => {
    workers.kill();
    if (path !== null) rmSync(path, { force: true });
    process.exit(code);
  };
  const watch = () => {
    clearTimeout(idle);
    if (workers.busyCount === 0) idle = setTimeout(() => leave(0), idleMs);
  };
  workers.onLeft = watch;
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    workers.take(socket);
    watch();
  });
  const announce = () => {
    writeSync(STDOUT, path === null ? int((server.address() as AddressInfo).port) : text(path));
    workers.fill();
    watch();
  };
  if (path === null) server.listen(0, '127.0.0.1', announce);
  else server.listen(path, announce);
  killOnRequest(workers);
  process.stdin.once('end', () => leave(0));
  process.once('SIGTERM', () => leave(0));
}

/** The JVM writes the numbers of processes whose tasks were cancelled. */
function killOnRequest(workers: Workers): void {
  let bytes = Buffer.alloc(0);
  process.stdin.on('data', (more: Buffer) => {
    bytes = Buffer.concat([bytes, more]);
    for (; bytes.length >= 4; bytes = bytes.subarray(4)) workers.killOne(bytes.readInt32BE(0));
  });
}

class Workers {
  onLeft: () => void = () => undefined;
  readonly #self: string;
  readonly #all = new Map<number, ChildProcess>();
  readonly #spare: ChildProcess[] = [];

  constructor(self: string) {
    this.#self = self;
  }

  get busyCount(): number {
    return this.#all.size - this.#spare.length;
  }

  take(socket: Socket): void {
    const worker = this.#spare.shift() ?? this.#start();
    worker.send('serve', socket, { keepOpen: false }, () => undefined);
    this.fill();
  }

  fill(): void {
    while (this.#spare.length < SPARE_WORKERS) this.#spare.push(this.#start());
  }

  /** Only what we started: any number may stand there. */
  killOne(pid: number): void {
    this.#all.get(pid)?.kill('SIGKILL');
  }

  kill(): void {
    for (const worker of this.#all.values()) worker.kill('SIGKILL');
  }

  #start(): ChildProcess {
    // Two writers on standard output would confuse the JVM, which reads the port there.
    const worker = fork(this.#self, ['--worker'], { stdio: ['ignore', 2, 2, 'ipc'] });
    const { pid } = worker;
    if (pid !== undefined) this.#all.set(pid, worker);
    const forget = () => {
      if (pid !== undefined) this.#all.delete(pid);
      const at = this.#spare.indexOf(worker);
      if (at >= 0) this.#spare.splice(at, 1);
      this.onLeft();
    };
    worker.once('exit', forget);
    worker.once('error', forget);
    return worker;
  }
}
