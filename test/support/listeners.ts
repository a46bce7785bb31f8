import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Addresses in hex, as /proc/net/tcp writes them, of 127.0.0.1 and ::1. */
const LOOPBACK = ['0100007F', '00000000000000000000000001000000'];
const LISTEN = '0A';

export type Listener = { readonly port: number; readonly loopback: boolean };

/** The TCP sockets that a process listens on (Linux). */
export function listenersOf(pid: number): readonly Listener[] {
  const inodes = new Set(
    readdirSync(`/proc/${pid}/fd`)
      .map((descriptor) => socketInode(`/proc/${pid}/fd/${descriptor}`))
      .filter((inode) => inode !== undefined),
  );
  return ['tcp', 'tcp6']
    .flatMap((table) => readFileSync(`/proc/net/${table}`, 'utf8').split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === LISTEN && inodes.has(fields[9] ?? ''))
    .map((fields) => {
      const [address = '', port = ''] = (fields[1] ?? '').split(':');
      return { port: Number.parseInt(port, 16), loopback: LOOPBACK.includes(address) };
    });
}

function socketInode(path: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(path))?.[1];
  } catch {
    return undefined;
  }
}
