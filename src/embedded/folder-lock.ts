import { randomBytes } from 'node:crypto';
import { linkSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { identify, isAlive, type ProcessIdentity } from './process-identity.ts';

/** What a ticket file holds: its holder, or null once the holder has let go. */
type Ticket = { readonly number: number; readonly holder: ProcessIdentity | null };

/**
 * Runs `body` while no other process runs one under the same name in the same folder. Whoever waits is told once whom
 * it waits for. The lock of a process that died is taken over.
 *
 * A lock is a rising series of tickets `NAME.lock.1`, `.2` …; the highest one counts. Taking the lock is making the next
 * number by a hard link, which only one process can do and which never shows a half-written file.
 */
export async function withFolderLock<Result>(
  place: { readonly folder: string; readonly name: string },
  onWait: (holderPid: number) => void,
  body: () => Promise<Result>,
): Promise<Result> {
  const ticket = await takeTicket(place.folder, `${place.name}.lock.`, onWait);
  try {
    return await body();
  } finally {
    putTicket(ticket, null);
  }
}

async function takeTicket(
  folder: string,
  prefix: string,
  onWait: (holderPid: number) => void,
): Promise<string> {
  let announced = false;
  for (;;) {
    const last = highestTicket(folder, prefix);
    if (last.holder === null || !isAlive(last.holder)) {
      const path = join(folder, prefix + (last.number + 1));
      if (putNewTicket(path) && highestTicket(folder, prefix).number === last.number + 1) {
        removeTicketsBefore(folder, prefix, last.number + 1);
        return path;
      }
    } else {
      if (!announced) onWait(last.holder.pid);
      announced = true;
      await delay(50);
    }
  }
}

function ticketNumbers(folder: string, prefix: string): number[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix))
    .map((name) => Number(name.slice(prefix.length)))
    .filter(Number.isSafeInteger);
}

function highestTicket(folder: string, prefix: string): Ticket {
  const number = Math.max(0, ...ticketNumbers(folder, prefix));
  if (number === 0) return { number, holder: null };
  try {
    const holder = JSON.parse(readFileSync(join(folder, prefix + number), 'utf8'));
    return { number, holder: holder as ProcessIdentity | null };
  } catch (error) {
    // Removed by the next holder between listing and reading: the list has moved on.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return highestTicket(folder, prefix);
    if (error instanceof SyntaxError) return { number, holder: null };
    throw error;
  }
}

function removeTicketsBefore(folder: string, prefix: string, number: number): void {
  for (const older of ticketNumbers(folder, prefix))
    if (older < number) rmSync(join(folder, prefix + older), { force: true });
}

function putNewTicket(path: string): boolean {
  const draft = draftTicket(path, identify(process.pid) ?? null);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function putTicket(path: string, holder: ProcessIdentity | null): void {
  renameSync(draftTicket(path, holder), path);
}

function draftTicket(path: string, holder: ProcessIdentity | null): string {
  const draft = `${path}.${randomBytes(6).toString('hex')}.draft`;
  writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 });
  return draft;
}
