import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** A process and the moment it started: a pid alone may have been given to another program since. */
export type ProcessIdentity = { readonly pid: number; readonly birth: string };

/** When the process started, as the system tells it; undefined when it is gone or only a zombie is left of it. */
export function birthOf(pid: number): string | undefined {
  if (!isSignalable(pid)) return undefined;
  if (process.platform === 'linux') return birthOnLinux(pid);
  if (process.platform === 'win32') return 'alive';
  return askPs(pid, 'lstart');
}

/** The identity of a process that runs now; undefined when it does not. */
export function identify(pid: number): ProcessIdentity | undefined {
  const birth = birthOf(pid);
  return birth === undefined ? undefined : { pid, birth };
}

/** True while the very process that was identified still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  return birthOf(identity.pid) === identity.birth;
}

/** The words a running process was started with, joined by spaces; empty when it is gone. */
export function commandLineOf(pid: number): string {
  if (birthOf(pid) === undefined) return '';
  if (process.platform !== 'linux') return askPs(pid, 'command') ?? '';
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}

/** Sends a signal; a process that is gone already is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Waits until the process has ended; false when it still runs after `timeoutMs`. */
export async function waitForEnd(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  while (isAlive(identity)) {
    if (performance.now() > end) return false;
    await delay(25);
  }
  return true;
}

/** The processes of this machine whose command line holds the text. */
export function findProcesses(text: string): readonly ProcessIdentity[] {
  return listPids()
    .filter((pid) => pid !== process.pid && commandLineOf(pid).includes(text))
    .map(identify)
    .filter((identity) => identity !== undefined);
}

/** Asks a process to end, waits, and ends it by force when it does not; true when it went by itself. */
export async function endProcess(identity: ProcessIdentity, patienceMs: number): Promise<boolean> {
  signal(identity.pid, 'SIGTERM');
  if (await waitForEnd(identity, patienceMs)) return true;
  signal(identity.pid, 'SIGKILL');
  await waitForEnd(identity, patienceMs);
  return false;
}

function listPids(): readonly number[] {
  const names =
    process.platform === 'linux'
      ? readdirSync('/proc')
      : execFileSync('ps', ['-axo', 'pid='], { encoding: 'utf8' }).split('\n');
  return names.map(Number).filter((pid) => Number.isSafeInteger(pid) && pid > 0);
}

function isSignalable(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Fields 3 (state) and 22 (ticks since boot) of /proc/PID/stat; the name in field 2 may hold spaces and brackets. */
function birthOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, ticks] = [fields[0], fields[19]];
    if (state === 'Z' || state === 'X' || ticks === undefined) return undefined;
    return `${bootId()}/${ticks}`;
  } catch {
    return undefined;
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

function askPs(pid: number, column: 'lstart' | 'command'): string | undefined {
  try {
    return execFileSync('ps', ['-o', `${column}=`, '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}
