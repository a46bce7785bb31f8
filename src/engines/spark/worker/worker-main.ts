import { connect, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { runDaemon } from './daemon.ts';
import { readWorkerEnvironment } from './environment.ts';
import { serveTasks } from './serve-tasks.ts';
import { TaskProcess } from './task-process.ts';
import { int, readText, SocketReader, send, text } from './wire.ts';

/**
 * The entry point of what Spark starts in place of Python, with arguments that we need not read: a daemon, a worker of
 * that daemon (`--worker`), or a worker that connects to the JVM itself.
 */
const self = process.argv[1] as string;
const environment = readWorkerEnvironment();

process.on('SIGINT', () => undefined);

if (process.argv.includes('--worker')) serveDaemon();
else if (environment.connectTo === null) runDaemon(self, environment);
else void connectAndServe(environment.connectTo);

/** Waits for a connection from the daemon; tells the JVM who will serve it. */
function serveDaemon(): void {
  process.once('disconnect', () => process.exit(0));
  const tasks = new TaskProcess(taskProcessEntry());
  process.once('message', (_message, socket: Socket) => {
    const reader = new SocketReader(socket);
    void serve(socket, reader, tasks, async () => {
      await send(socket, int(process.pid));
      if (environment.secret === null) return true;
      const isWelcome = (await readText(reader)) === environment.secret;
      await send(socket, text(isWelcome ? 'ok' : 'err'));
      return isWelcome;
    });
  });
}

async function connectAndServe(address: { port: number } | { path: string }): Promise<void> {
  const socket = connect('port' in address ? { ...address, host: '127.0.0.1' } : address);
  const tasks = new TaskProcess(taskProcessEntry());
  const reader = new SocketReader(socket);
  await serve(socket, reader, tasks, async () => {
    if (environment.secret !== null) {
      await send(socket, text(environment.secret));
      if ((await readText(reader)) !== 'ok') return false;
    }
    await send(socket, int(process.pid));
    return true;
  });
}

/** The connection's end is the worker's: whatever still runs is of no use to anybody. */
async function serve(
  socket: Socket,
  reader: SocketReader,
  tasks: TaskProcess,
  greet: () => Promise<boolean>,
): Promise<void> {
  socket.setNoDelay(true);
  socket.once('close', () => {
    tasks.close();
    process.exit(0);
  });
  socket.resume();
  if (await greet()) await serveTasks({ socket, reader }, environment, tasks);
  socket.end();
}

function taskProcessEntry(): string {
  return join(dirname(self), 'task-process.cjs');
}
