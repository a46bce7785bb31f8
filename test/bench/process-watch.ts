import { readdirSync, readFileSync } from 'node:fs';

const PAGE_KB = 4;
/** Linux tells processor time in ticks of this many a second, on every platform that Node runs on. */
const TICKS_PER_SECOND = 100;
const SAMPLE_MS = 200;

export type Usage = {
  /** The most memory that all watched processes had at one moment. */
  readonly peakMb: number;
  /** Each process ever seen: its memory at that moment, its processor time in all. */
  readonly processes: readonly ProcessUsage[];
  /** Processor time of all of them, those that have ended included. */
  readonly cpuSeconds: number;
};

export type ProcessUsage = {
  readonly name: string;
  readonly mb: number;
  readonly cpuSeconds: number;
};

type Process = {
  readonly pid: number;
  readonly parent: number;
  /** Its own ticks, and those of children that ended and were waited for. */
  readonly ticks: number;
  readonly waitedTicks: number;
};

/** Memory and processor time of some processes and all that descend from them, by what Linux tells. */
export class ProcessWatch {
  readonly #roots: ReadonlySet<number>;
  readonly #before: ReadonlyMap<number, Process>;
  readonly #seen = new Map<number, { readonly name: string; ticks: number; mb: number }>();
  #peakMb = 0;
  readonly #timer: NodeJS.Timeout;

  /** `roots`: processes that run already; what this process starts from now on is watched as well. */
  constructor(roots: readonly number[]) {
    this.#roots = new Set(roots);
    this.#before = new Map(listProcesses().map((one) => [one.pid, one]));
    this.#timer = setInterval(() => this.#sample(listProcesses()), SAMPLE_MS);
  }

  stop(): Usage {
    clearInterval(this.#timer);
    const now = listProcesses();
    this.#sample(now);
    const living = this.#watchedOf(now).reduce(
      (sum, one) => sum + one.ticks + one.waitedTicks - this.#ticksBefore(one.pid),
      0,
    );
    const own = now.find(({ pid }) => pid === process.pid)?.waitedTicks ?? 0;
    const ended = own - (this.#before.get(process.pid)?.waitedTicks ?? 0);
    return {
      peakMb: this.#peakMb,
      cpuSeconds: (living + ended) / TICKS_PER_SECOND,
      processes: [...this.#seen.values()].map(({ name, mb, ticks }) => ({
        name,
        mb,
        cpuSeconds: ticks / TICKS_PER_SECOND,
      })),
    };
  }

  #sample(all: readonly Process[]): void {
    const watched = this.#watchedOf(all);
    const sizes = new Map(watched.map(({ pid }) => [pid, memoryMb(pid)]));
    for (const { pid, ticks } of watched) {
      const seen = this.#seen.get(pid) ?? { name: nameOf(pid), ticks: 0, mb: 0 };
      seen.ticks = ticks - (this.#before.get(pid)?.ticks ?? 0);
      this.#seen.set(pid, seen);
    }
    const total = [...sizes.values()].reduce((sum, mb) => sum + mb, 0);
    if (total <= this.#peakMb) return;
    this.#peakMb = total;
    for (const [pid, seen] of this.#seen) seen.mb = sizes.get(pid) ?? 0;
  }

  #ticksBefore(pid: number): number {
    const before = this.#before.get(pid);
    return before === undefined ? 0 : before.ticks + before.waitedTicks;
  }

  #watchedOf(all: readonly Process[]): readonly Process[] {
    const parents = new Map(all.map(({ pid, parent }) => [pid, parent]));
    const isWatched = (pid: number | undefined): boolean =>
      pid !== undefined &&
      pid !== process.pid &&
      (this.#roots.has(pid) || parents.get(pid) === process.pid || isWatched(parents.get(pid)));
    return all.filter(({ pid }) => isWatched(pid));
  }
}

function listProcesses(): readonly Process[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    const stat = read(`/proc/${name}/stat`);
    if (stat === undefined) return [];
    // Fields after the name in brackets: state, parent, …; user and system ticks are the 14th and 15th of all.
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const field = (place: number): number => fields[place - 3] ?? 0;
    return [
      {
        pid: Number(name),
        parent: field(4),
        ticks: field(14) + field(15),
        waitedTicks: field(16) + field(17),
      },
    ];
  });
}

/** Proportional set size where the system tells it: pages that processes share are not counted twice. */
function memoryMb(pid: number): number {
  const rollup = read(`/proc/${pid}/smaps_rollup`)?.match(/^Pss:\s+(\d+) kB/m)?.[1];
  if (rollup !== undefined) return Number(rollup) / 1024;
  return (Number(read(`/proc/${pid}/statm`)?.split(' ')[1] ?? 0) * PAGE_KB) / 1024;
}

function nameOf(pid: number): string {
  return read(`/proc/${pid}/cmdline`)?.replaceAll('\0', ' ').trim() ?? '';
}

/** `undefined` when the process ended while we looked. */
function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
