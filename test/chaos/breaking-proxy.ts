import { connect, createServer, type Socket } from 'node:net';
import {
  backendPid,
  isReady,
  isStatement,
  type Message,
  MessageReader,
} from './postgres-messages.ts';

/** A connection breaks at a statement: before the server sees it, while it works, or once it is done and nobody knows. */
export type Break = {
  /** Statements from when it was armed on. */
  readonly at: number;
  readonly moment: 'before' | 'during' | 'after';
};

/** `silent`: connections are taken, and nothing passes; `refusing`: every one breaks at once. */
export type Presence = 'there' | 'silent' | 'refusing';

export type BreakingProxy = {
  readonly port: number;
  /** That were asked for so far. */
  connections(): number;
  /** What breaks off breaks what is open: nothing that was kept back arrives later. */
  become(presence: Presence): void;
  /** Statements since it was armed. */
  statements(): number;
  /** Breaks to come, in order; counts from 0 again. */
  arm(breaks: readonly Break[]): void;
  /** Breaks that have not come yet. */
  left(): number;
  close(): Promise<void>;
};

type Connection = {
  readonly client: Socket;
  readonly target: Socket;
  pid: number;
  /** Nothing passes any more; a moment 'after' waits for the server. */
  broken: Break | undefined;
};

/** A port of loopback that leads to a Postgres server, and breaks connections at statements by number. */
export async function startBreakingProxy(
  targetPort: () => number,
  /** Ends the server process of the connection, or more. */
  kill: (pid: number) => void,
): Promise<BreakingProxy> {
  let statements = 0;
  let connections = 0;
  let presence: Presence = 'there';
  let breaks: readonly Break[] = [];
  const open = new Set<Socket>();
  const nextBreak = (): Break | undefined => {
    statements += 1;
    const [next] = breaks;
    if (next === undefined || next.at > statements) return undefined;
    breaks = breaks.slice(1);
    return next;
  };
  const server = createServer((client) => {
    connections += 1;
    if (presence === 'refusing') return void client.destroy();
    const target = connect(targetPort(), '127.0.0.1');
    const connection: Connection = { client, target, pid: 0, broken: undefined };
    for (const socket of [client, target]) {
      open.add(socket);
      // A broken connection is what this is for.
      socket.on('error', () => undefined);
      socket.once('close', () => {
        open.delete(socket);
        client.destroy();
        target.destroy();
      });
    }
    const asked = new MessageReader('client');
    client.on('data', (piece: Buffer) => {
      if (presence === 'silent') return;
      for (const message of asked.read(piece)) ask(connection, message, nextBreak, kill);
    });
    const answered = new MessageReader('server');
    target.on('data', (piece: Buffer) => {
      if (presence === 'silent') return;
      for (const message of answered.read(piece)) answer(connection, message, kill);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    connections: () => connections,
    become: (next) => {
      if (presence === 'silent') for (const socket of open) socket.destroy();
      presence = next;
      if (next === 'refusing') for (const socket of open) socket.destroy();
    },
    statements: () => statements,
    arm: (coming) => {
      statements = 0;
      breaks = coming;
    },
    left: () => breaks.length,
    close: async () => {
      for (const socket of open) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function ask(
  connection: Connection,
  message: Message,
  nextBreak: () => Break | undefined,
  kill: (pid: number) => void,
): void {
  if (connection.broken !== undefined) return;
  connection.broken = isStatement(message) ? nextBreak() : undefined;
  if (connection.broken?.moment !== 'before') connection.target.write(message.bytes);
  if (connection.broken === undefined || connection.broken.moment === 'after') return;
  kill(connection.pid);
}

function answer(connection: Connection, message: Message, kill: (pid: number) => void): void {
  connection.pid = backendPid(message) ?? connection.pid;
  if (connection.broken === undefined) connection.client.write(message.bytes);
  else if (connection.broken.moment === 'after' && isReady(message)) kill(connection.pid);
}
