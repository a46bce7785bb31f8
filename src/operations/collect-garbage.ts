import { lstat, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { Failure } from '../domain/failure.ts';
import type { ObjectStore } from '../stores/object-store.ts';
import type { NamedFile, Reachable } from '../stores/retention-store.ts';
import type { OperationContext } from './context.ts';
import { askedBy } from './model-sets.ts';
import { removeUpload } from './uploads.ts';

export type GarbageRequest = {
  /** Only says what would go. */
  readonly dryRun: boolean;
  /** Deleted runs keep their bytes for so long, in days; until then they can be restored. */
  readonly keepDays: number;
  /** Also objects that nobody is known to have put. */
  readonly unknown: boolean;
};

/** What went, or would go. */
export type Garbage = {
  readonly dryRun: boolean;
  /** Deleted runs that can't be restored from now on. */
  readonly runs: readonly string[];
  readonly objects: Tally;
  readonly reports: Tally;
  readonly uploads: Tally;
  /** Comparisons of new data with what a run was trained on. */
  readonly drift: Tally;
  /** Half-written files of writers that died. */
  readonly leftovers: Tally;
  readonly kept: Tally;
  /** Objects that no run of this database has recorded and that it has not put: older than claims, or somebody else's. */
  readonly unknown: Tally;
  /** At most 1,000 paths. */
  readonly paths: readonly string[];
};
export type Tally = { readonly count: number; readonly bytes: number };

/** Folders of the server that are swept beside the objects. */
export type SweptFolders = {
  /** Of files that were sent over HTTP. */
  readonly uploads: string;
  /** Of what was found when new data were compared, a file per run. */
  readonly drift: string;
};

type Context = Pick<OperationContext, 'retention' | 'objects' | 'reportsFolder' | 'user'>;

const DAY_MS = 86_400_000;
/** Clocks of the database and of this machine may differ by as much. */
const CLOCKS_MS = 10 * 60_000;
/** What nobody has finished writing for so long, nobody will. */
const LEFTOVER_MS = DAY_MS;
/**
 * What executors left may be for a run of another database over the same store, which is not known here. It is adopted by the
 * end of its batch, which takes 7 days at most (`workflows/activity-calls.ts`).
 */
const LEFT_FOR_JOB_MS = 8 * DAY_MS;
const LISTED = 1_000;

/**
 * Takes away the bytes that no kept run reaches: objects, pages of runs, uploads, leftovers. Every row of the record stays.
 * Safe beside running runs: what was written since the oldest of them was asked for is not looked at, and what is put
 * again meanwhile stays, and so does what another database over the same store counts on.
 */
export async function collectGarbage(
  context: Context,
  { dryRun, keepDays, unknown }: GarbageRequest,
  folders: SweptFolders,
): Promise<Garbage> {
  if (!(keepDays >= 0)) throw new Failure('usage', `${keepDays} is no number of days.`);
  const { retention, objects } = context;
  const begun = Date.now();
  const unwanted = new Date(begun - keepDays * DAY_MS);
  const purgeable = await retention.purgeable(unwanted);
  // From here on nothing brings them back: nobody counts on bytes that are about to go.
  const runs = dryRun ? purgeable : await retention.purge(purgeable, askedBy(context));
  const reachable = await retention.reachable(runs);
  const sweep = new Sweep(dryRun, settledBefore(begun, reachable));
  await sweep.objects(objects, reachable, unknown);
  await sweep.ofRuns('reports', context.reportsFolder, reachable);
  await sweep.ofRuns('drift', folders.drift, reachable);
  await sweep.uploads(folders.uploads, reachable);
  await sweep.leftovers(objects);
  return { dryRun, runs, ...sweep.result() };
}

function settledBefore(begun: number, { runningSince }: Reachable): Date {
  const running = runningSince === null ? begun : runningSince.getTime() - CLOCKS_MS;
  // The clock was set back since that run began: no file's time tells whether it is the run's, so nothing goes.
  if (running > begun) return new Date(0);
  return new Date(Math.min(begun, running));
}

type Counted = Exclude<keyof Garbage, 'dryRun' | 'runs' | 'paths'>;

/** Takes away, or only counts. */
class Sweep {
  readonly #dryRun: boolean;
  readonly #settled: Date;
  readonly #paths: string[] = [];
  readonly #tallies = {
    objects: { count: 0, bytes: 0 },
    reports: { count: 0, bytes: 0 },
    uploads: { count: 0, bytes: 0 },
    drift: { count: 0, bytes: 0 },
    leftovers: { count: 0, bytes: 0 },
    kept: { count: 0, bytes: 0 },
    unknown: { count: 0, bytes: 0 },
  };

  constructor(dryRun: boolean, settled: Date) {
    this.#dryRun = dryRun;
    this.#settled = settled;
  }

  async objects(
    store: ObjectStore,
    { objects, known }: Reachable,
    unknown: boolean,
  ): Promise<void> {
    const { own, others } = await store.claims();
    for await (const { digest, bytes, putAt } of store.list()) {
      // What was put and never recorded was left by a writer that died, or needed for a while only.
      const isStranger = !known.has(digest) && !own.has(digest) && !unknown;
      const isGarbage = !objects.has(digest) && !others.has(digest) && putAt < this.#settled;
      const goes =
        isGarbage && !isStranger && (this.#dryRun || (await store.remove(digest, this.#settled)));
      const left = isGarbage && isStranger ? 'unknown' : 'kept';
      this.#count(goes ? 'objects' : left, store.place(digest), bytes);
    }
  }

  /** Files of one run each: `<run>.html`, copies of objects, and `<run>.jsonl`, what was found of it. */
  async ofRuns(what: 'reports' | 'drift', folder: string, { purged }: Reachable): Promise<void> {
    for (const { path, name, bytes } of await filesBefore(folder, this.#settled)) {
      const [, runId] = /^([0-9a-f-]{36})\.(?:html|jsonl)$/.exec(name) ?? [];
      if (runId === undefined || !purged.has(runId)) continue;
      await this.#remove(path);
      this.#count(what, path, bytes);
    }
  }

  /** Files that specs of purged runs name and none of a kept run does: one that none names may be meant for the next spec. */
  async uploads(folder: string, { sources, purgedSources }: Reachable): Promise<void> {
    const placesOf = (files: readonly NamedFile[]) =>
      files.map(({ path, baseFolder }) => resolve(baseFolder, path));
    const kept = new Set(placesOf(sources));
    const purged = new Set(placesOf(purgedSources));
    // A pattern may mean any of the files beside it.
    if ([...kept].some((place) => dirname(place) === folder && /[*?[{]/.test(basename(place))))
      return;
    for (const { path, bytes } of await filesBefore(folder, this.#settled)) {
      if (!purged.has(path) || kept.has(path)) continue;
      if (!this.#dryRun) await removeUpload(path);
      this.#count('uploads', path, bytes);
    }
  }

  async leftovers(store: ObjectStore): Promise<void> {
    const before = (ms: number) => new Date(Math.min(this.#settled.getTime(), Date.now() - ms));
    for (const leftover of await store.leftovers(before(LEFTOVER_MS), before(LEFT_FOR_JOB_MS))) {
      if (!this.#dryRun) await leftover.remove();
      this.#count('leftovers', leftover.place, leftover.bytes);
    }
  }

  result(): Omit<Garbage, 'dryRun' | 'runs'> {
    return { ...this.#tallies, paths: this.#paths };
  }

  #count(what: Counted, path: string, bytes: number): void {
    this.#tallies[what].count++;
    this.#tallies[what].bytes += bytes;
    if (what !== 'kept' && what !== 'unknown' && this.#paths.length < LISTED)
      this.#paths.push(path);
  }

  async #remove(path: string): Promise<void> {
    if (!this.#dryRun) await rm(path, { recursive: true, force: true });
  }
}

/** Files of a folder that nobody has written since then, in the order of their names. */
async function filesBefore(folder: string, since: Date) {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  const files = [];
  for (const name of names.toSorted((a, b) => (a < b ? -1 : 1))) {
    const path = join(folder, name);
    const stat = await lstat(path);
    if (stat.isFile() && stat.mtime < since) files.push({ path, name, bytes: stat.size });
  }
  return files;
}
