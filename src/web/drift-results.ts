import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { DriftStatus } from '../domain/run.ts';
import type { Drift, DriftedPartition, FoundDrift } from '../operations/drifted-partitions.ts';
import { WebFailure } from './problems.ts';

/** One file of each run; `gc` sweeps it. */
export function driftFolder(stateFolder: string): string {
  return join(stateFolder, 'web', 'drift');
}

/** Each reads a source and compares all of it. */
const MAX_WORKING = 2;

export type DriftAsked = {
  readonly runId: string;
  readonly askedBy: string;
  /** ISO 8601. */
  readonly askedAt: string;
};
export type DriftKept = DriftAsked & { readonly drift: Drift };
/** A partition with its place in text order. */
export type DriftLine = { readonly ordinal: number; readonly partition: DriftedPartition };

/** Looks for drift, and hands what it has found to `keep`. */
type Find = (keep: (found: FoundDrift) => Promise<void>) => Promise<void>;

type Work = { readonly asked: DriftAsked; readonly done: Promise<void> };

/**
 * What was found last of each run, in a file of the server: the summary in its first line, a partition in each that
 * follows, so that memory holds a page of them. One run, one comparison at a time.
 */
export class DriftResults {
  readonly #folder: string;
  readonly #working = new Map<string, Work>();
  /** Why the last comparison of a run failed, until it is asked for again. */
  readonly #failed = new Map<string, Error>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The comparison under way where there is one. Throws `WebFailure('too-many')`. */
  begin(runId: string, askedBy: string, find: Find): DriftAsked {
    const standing = this.#working.get(runId);
    if (standing !== undefined) return standing.asked;
    if (this.#working.size >= MAX_WORKING)
      throw new WebFailure(
        'too-many',
        `The data of ${this.#working.size} runs are being compared: wait for one of them.`,
      );
    const asked = { runId, askedBy, askedAt: new Date().toISOString() };
    this.#failed.delete(runId);
    const done = find((found) => this.#keep(asked, found))
      .catch((error: unknown) => {
        this.#failed.set(runId, error instanceof Error ? error : new Error(String(error)));
      })
      .finally(() => this.#working.delete(runId));
    this.#working.set(runId, { asked, done });
    return asked;
  }

  /** Null where nobody has asked. Throws what made the last comparison fail. */
  async latest(runId: string, patienceMs: number): Promise<DriftAsked | DriftKept | null> {
    const standing = this.#working.get(runId);
    if (standing !== undefined) {
      const over = new AbortController();
      const late = wait(patienceMs, 'late' as const, { signal: over.signal }).catch(() => 'late');
      const first = await Promise.race([standing.done, late]).finally(() => over.abort());
      if (first === 'late') return standing.asked;
    }
    const failure = this.#failed.get(runId);
    if (failure !== undefined) throw failure;
    for await (const line of this.#lines(runId)) return JSON.parse(line) as DriftKept;
    return null;
  }

  /** A page of the partitions of what was found last; none where nothing was. */
  async partitions(
    runId: string,
    {
      after,
      limit,
      status,
    }: {
      readonly after: number;
      readonly limit: number;
      readonly status?: DriftStatus | undefined;
    },
  ): Promise<readonly DriftLine[]> {
    const page: DriftLine[] = [];
    let ordinal = -2;
    for await (const line of this.#lines(runId)) {
      ordinal++;
      if (ordinal <= after) continue;
      const partition = JSON.parse(line) as DriftedPartition;
      if (status === undefined || partition.status === status) page.push({ ordinal, partition });
      if (page.length === limit) break;
    }
    return page;
  }

  async #keep(asked: DriftAsked, { drift, partitions }: FoundDrift): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const unfinished = join(this.#folder, `${randomUUID()}.unfinished`);
    try {
      await pipeline(
        Readable.from(linesOf({ ...asked, drift }, partitions())),
        createWriteStream(unfinished, { mode: 0o600 }),
      );
      await rename(unfinished, this.#path(asked.runId));
    } finally {
      await rm(unfinished, { force: true });
    }
  }

  /** None where there is no file. */
  async *#lines(runId: string): AsyncGenerator<string> {
    const stream = createReadStream(this.#path(runId));
    try {
      await once(stream, 'open');
      yield* createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    } finally {
      stream.destroy();
    }
  }

  #path(runId: string): string {
    return join(this.#folder, `${runId}.jsonl`);
  }
}

async function* linesOf(
  summary: DriftKept,
  partitions: AsyncIterable<DriftedPartition>,
): AsyncGenerator<string> {
  yield `${JSON.stringify(summary)}\n`;
  for await (const partition of partitions) yield `${JSON.stringify(partition)}\n`;
}
