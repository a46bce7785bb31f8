import { readdirSync, readFileSync } from 'node:fs';

const PAGE_KB = 4;

/** Memory of a process and all that descends from it or was started for it, sampled; in MB, shared pages counted once per process. */
export class MemoryWatch {
  #peakMb = 0;
  #largest: readonly { readonly name: string; readonly mb: number }[] = [];
  readonly #timer: NodeJS.Timeout;

  /** `isOurs` decides by command line and environment-free facts which processes count. */
  constructor(isOurs: (pid: number, command: string) => boolean) {
    this.#timer = setInterval(() => this.#sample(isOurs), 200);
  }

  stop(): {
    readonly peakMb: number;
    readonly processes: readonly { readonly name: string; readonly mb: number }[];
  } {
    clearInterval(this.#timer);
    return { peakMb: this.#peakMb, processes: this.#largest };
  }

  #sample(isOurs: (pid: number, command: string) => boolean): void {
    const processes = listProcesses().filter(({ pid, command }) => isOurs(pid, command));
    const total = processes.reduce((sum, { mb }) => sum + mb, 0);
    if (total <= this.#peakMb) return;
    this.#peakMb = total;
    this.#largest = processes.map(({ command, mb }) => ({ name: command.slice(0, 80), mb }));
  }
}

/** Proportional set size where the system tells it: pages that processes share are not counted twice. */
function listProcesses(): readonly {
  readonly pid: number;
  readonly command: string;
  readonly mb: number;
}[] {
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const command = readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
      return command === '' ? [] : [{ pid: Number(name), command, mb: memoryMb(name) }];
    } catch {
      // It ended while we looked.
      return [];
    }
  });
}

function memoryMb(pid: string): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8').match(/^Pss:\s+(\d+) kB/m)?.[1];
  if (rollup !== undefined) return Number(rollup) / 1024;
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  return (pages * PAGE_KB) / 1024;
}
