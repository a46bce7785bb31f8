import type { GroupedMap, Outcome } from '../engine.ts';
import { OutcomeQueue } from './outcome-queue.ts';

/** A task that was at work in two pool processes when they died is to blame. */
const DEATHS_TO_BLAME = 2;

/** One grouped map as the engine sees it: what the pool still owes, and whom to suspect when the pool dies. */
export class ActiveJob {
  readonly id: number;
  readonly map: GroupedMap;
  readonly outcomes = new OutcomeQueue();
  isOver = false;
  /** Sent to the living pool process, no outcome yet. */
  readonly #sent: Set<number>;
  readonly #started = new Set<number>();
  /** At work when a pool process died: each runs again with no other task of this job beside it. */
  readonly #suspects: number[] = [];
  readonly #deaths = new Map<number, number>();

  constructor(id: number, map: GroupedMap) {
    this.id = id;
    this.map = map;
    this.#sent = new Set(map.tasks.keys());
  }

  /** What the pool process has to do now, in order. */
  get sent(): readonly number[] {
    return [...this.#sent];
  }

  start(task: number): void {
    this.#started.add(task);
  }

  /** Passes an outcome on; returns tasks to send next, if any. */
  settle(outcome: Outcome): readonly number[] {
    this.#sent.delete(outcome.task);
    this.#started.delete(outcome.task);
    this.outcomes.push(outcome);
    return this.#next();
  }

  end(error?: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    if (error === undefined) this.outcomes.finish();
    else this.outcomes.fail(error);
  }

  /** The pool process died: blames or suspects what was at work, keeps the rest. */
  survive(cause: string): void {
    for (const task of this.#started) {
      this.#sent.delete(task);
      const deaths = (this.#deaths.get(task) ?? 0) + 1;
      this.#deaths.set(task, deaths);
      if (deaths < DEATHS_TO_BLAME) this.#suspects.push(task);
      else this.outcomes.push(blamed(task, cause));
    }
    this.#started.clear();
    this.#next();
  }

  #next(): readonly number[] {
    if (this.#sent.size > 0) return [];
    const suspect = this.#suspects.shift();
    if (suspect === undefined) {
      this.end();
      return [];
    }
    this.#sent.add(suspect);
    return [suspect];
  }
}

function blamed(task: number, cause: string): Outcome {
  const message = `The process of the pool died twice while it worked on this partition (${cause}); most likely it needs more memory than the machine has.`;
  return { task, ms: 0, log: '', kind: 'failed', reason: 'thread_died', message };
}
