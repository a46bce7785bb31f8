import type { PartitionRef } from '../../partition/partition-function.ts';
import type { GroupedMap, PartitionTask } from '../engine.ts';
import { countRows } from '../memory-need.ts';
import type { LoadedPartition } from '../thread/thread-task.ts';
import type { OpenSnapshots } from './open-snapshots.ts';
import { frameBytes, PartitionReader } from './partition-reader.ts';

/** One read of the snapshot serves at most this much: small enough to read ahead of the threads, large enough to be cheap. */
const SWEEP_ROWS = 65_536;
const SWEEP_TASKS = 64;

export type ReadyTask = { readonly index: number; readonly loaded: LoadedPartition };
type Holding = { loaded: LoadedPartition | undefined; users: number };

/** The tasks of one grouped map inside the pool: unread, then ready, then running, then gone. */
export class PoolJob {
  readonly id: number;
  readonly map: GroupedMap;
  /** Read, waiting for a thread, in order. */
  readonly ready: ReadyTask[] = [];
  readonly #unread: number[] = [];
  readonly #reader: PartitionReader;
  /** Partitions in memory, with how many tasks still need them: the parts of a union share one copy. */
  readonly #holdings = new Map<string, Holding>();
  #heldBytes = 0;
  #isDropped = false;
  #reading: Promise<void> = Promise.resolve();

  constructor(id: number, map: GroupedMap, snapshots: OpenSnapshots) {
    this.id = id;
    this.map = map;
    this.#reader = new PartitionReader(map, snapshots);
  }

  get hasUnread(): boolean {
    return this.#unread.length > 0;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** True once nobody waits for its outcomes. */
  get isDropped(): boolean {
    return this.#isDropped;
  }

  add(tasks: readonly number[]): void {
    this.#unread.push(...tasks);
  }

  task(index: number): PartitionTask {
    return this.map.tasks[index] as PartitionTask;
  }

  /** Reads the next tasks' partitions; they are ready afterwards, unless the job was dropped meanwhile. */
  readAhead(): Promise<void> {
    this.#reading = this.#readSweep(this.#nextSweep());
    return this.#reading;
  }

  /** A task is done with its rows: the last one lets go of them. */
  release(index: number): void {
    const { id } = this.task(index).partition;
    const holding = this.#holdings.get(id);
    if (holding === undefined) return;
    holding.users -= 1;
    if (holding.users > 0) return;
    this.#holdings.delete(id);
    this.#heldBytes -= loadedBytes(holding.loaded);
  }

  /** Nothing more of it starts. */
  drop(): void {
    this.#isDropped = true;
    this.#unread.length = 0;
    this.ready.length = 0;
  }

  async close(): Promise<void> {
    this.drop();
    // A read that fails now matters to nobody.
    await this.#reading.catch(() => undefined);
    await this.#reader.close();
  }

  async #readSweep(sweep: readonly number[]): Promise<void> {
    const missing = new Map<string, PartitionRef>();
    for (const index of sweep) {
      const { partition } = this.task(index);
      if (!this.#holdings.has(partition.id)) missing.set(partition.id, partition);
    }
    // Held from here on, so that a task that ends during the read does not let go of what this sweep needs.
    for (const index of sweep) this.#hold(this.task(index).partition.id);
    const loaded = missing.size === 0 ? [] : await this.#reader.read([...missing.values()]);
    if (this.#isDropped) return;
    [...missing.keys()].forEach((id, i) => this.#fill(id, loaded[i] as LoadedPartition));
    for (const index of sweep) {
      const holding = this.#holdings.get(this.task(index).partition.id) as Holding;
      this.ready.push({ index, loaded: holding.loaded as LoadedPartition });
    }
  }

  #hold(id: string): void {
    const holding = this.#holdings.get(id) ?? { loaded: undefined, users: 0 };
    holding.users += 1;
    this.#holdings.set(id, holding);
  }

  #fill(id: string, loaded: LoadedPartition): void {
    (this.#holdings.get(id) as Holding).loaded = loaded;
    this.#heldBytes += loadedBytes(loaded);
  }

  #nextSweep(): readonly number[] {
    const sweep: number[] = [];
    let rows = 0;
    while (this.#unread.length > 0 && sweep.length < SWEEP_TASKS) {
      const { partition } = this.task(this.#unread[0] as number);
      const more = this.#holdings.has(partition.id) ? 0 : countRows(partition);
      if (sweep.length > 0 && rows + more > SWEEP_ROWS) break;
      sweep.push(this.#unread.shift() as number);
      rows += more;
    }
    return sweep;
  }
}

function loadedBytes(loaded: LoadedPartition | undefined): number {
  return loaded === undefined ? 0 : frameBytes(loaded.frame) + loaded.rowHashes.length;
}
