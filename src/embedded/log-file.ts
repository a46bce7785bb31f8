import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivateFolder } from './private-file.ts';

/** Above this size a log is set aside as `NAME.log.1` when its program starts anew. */
const ROTATE_BYTES = 10 * 2 ** 20;

/** Where the program of that name writes what it says: `log/NAME.log`, readable by its owner only. */
export function logPathOf(folder: string, name: string): string {
  return join(folder, 'log', `${name}.log`);
}

/** Runs `body` with a log file opened for appending; the file descriptor is for a child's output, and closed here after. */
export function withLogFile<Result>(path: string, body: (descriptor: number) => Result): Result {
  makePrivateFolder(join(path, '..'));
  if (existsSync(path) && statSync(path).size > ROTATE_BYTES) renameSync(path, `${path}.1`);
  const descriptor = openSync(path, 'a', 0o600);
  try {
    return body(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Size of a log now: what a program writes from here on is read by `logSince`. */
export function logSize(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

/** What was written after the log had `offset` bytes. */
export function logSince(path: string, offset: number): string {
  return existsSync(path) ? readFileSync(path).subarray(offset).toString('utf8') : '';
}

/** The last lines of a text that hold anything, for an error message of one sentence. */
export function lastLines(text: string, count: number): string {
  const lines = text.split('\n').map((line) => line.trim());
  return lines
    .filter((line) => line !== '')
    .slice(-count)
    .join(' · ');
}
