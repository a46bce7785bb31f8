import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { runFolder } from './partita-folder.ts';
import { writePrivateFile } from './private-file.ts';
import { isAlive } from './process-identity.ts';

/** The background processes of a stack, in the order they start. */
export type PartName = 'postgres' | 'temporal' | 'worker';

const record = z.object({
  process: z.object({ pid: z.int().positive(), birth: z.string() }),
  /** By use: `grpc`, `http`, `ui`, `metrics`, `sql`. */
  ports: z.record(z.string(), z.int()),
  log: z.string(),
  /** Of a worker: what it was started from. A difference means that it must be started anew. */
  fingerprint: z.string().optional(),
  /** Of a worker: digests of the secrets that specs have asked for, by variable. */
  secrets: z.record(z.string(), z.string()).optional(),
  /** It was told to end: nobody has to repair it. */
  stopped: z.boolean().optional(),
});

/** What is remembered of a background process. It outlives the process, so that the next one takes the same ports. */
export type PartRecord = z.infer<typeof record>;

/** The record of a part, whether it still runs or not; undefined when there is none that can be read. */
export function readRecord(folder: string, name: PartName): PartRecord | undefined {
  const path = recordPath(folder, name);
  if (!existsSync(path)) return undefined;
  try {
    return record.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    // Unreadable is as good as absent: the part is looked for by other means and recorded anew.
    return undefined;
  }
}

/** The record of a part that runs now. */
export function readLiveRecord(folder: string, name: PartName): PartRecord | undefined {
  const found = readRecord(folder, name);
  return found !== undefined && isAlive(found.process) ? found : undefined;
}

/** True for a part that has ended without being told to by us, or is `ending`. */
export function hasDied(folder: string, name: PartName, ending = false): boolean {
  const found = readRecord(folder, name);
  return found !== undefined && found.stopped !== true && (ending || !isAlive(found.process));
}

/** Remembers that the part is to end. */
export function markStopped(folder: string, name: PartName): void {
  const found = readRecord(folder, name);
  if (found !== undefined) writeRecord(folder, name, { ...found, stopped: true });
}

export function writeRecord(folder: string, name: PartName, content: PartRecord): void {
  writePrivateFile(recordPath(folder, name), `${JSON.stringify(content, null, 2)}\n`);
}

function recordPath(folder: string, name: PartName): string {
  return join(runFolder(folder), `${name}.json`);
}
