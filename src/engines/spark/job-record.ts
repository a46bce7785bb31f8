import { deserialize, serialize } from 'node:v8';
import type { Digest } from '../../domain/digest.ts';
import type { Bookmark, GroupedMap, Outcome } from '../engine.ts';
import { type OutcomeRow, outcomeFromRow, outcomeToRow } from './outcome-rows.ts';
import { digestOfMap } from './spark-job.ts';

/** Where tasks of a map are worked on; with the map it says which Spark job that is. */
export type Place = {
  readonly session: string;
  readonly operation: string;
  readonly cores: number;
  /** Positions in the map. */
  readonly tasks: readonly number[];
};

/** Behind which response of an operation outcomes ended. */
type Position = { readonly operation: string; readonly response: string };

/** What has arrived of a grouped map, in this attempt and those before it, and where the rest is worked on. */
export class JobRecord {
  readonly #digest: Digest;
  readonly #bookmark: Bookmark | undefined;
  readonly #missing: Set<number>;
  #place: Place | undefined;
  #after: string | undefined;

  constructor(map: GroupedMap, tasks: readonly number[], bookmark: Bookmark | undefined) {
    this.#digest = digestOfMap(map);
    this.#missing = new Set(tasks);
    this.#bookmark = bookmark;
  }

  /** Tasks without an outcome. */
  get missing(): readonly number[] {
    return [...this.#missing];
  }

  /** The operation that was begun last, and after which of its responses to go on. */
  get left(): { readonly place: Place; readonly after: string | undefined } | undefined {
    return this.#place && { place: this.#place, after: this.#after };
  }

  /** The outcomes that arrived in earlier attempts. */
  async *recall(): AsyncGenerator<readonly Outcome[]> {
    const found = await this.#bookmark?.find(this.#digest);
    if (found === undefined) return;
    this.#place = found.place as Place;
    for await (const { position, content } of found.arrivals) {
      const { operation, response } = position as Position;
      if (operation === this.#place.operation) this.#after = response;
      yield this.#take((deserialize(content) as readonly OutcomeRow[]).map(outcomeFromRow));
    }
  }

  /** The place is known to the next attempt before anything runs there. */
  async begin(place: Place): Promise<void> {
    await this.#bookmark?.begin(this.#digest, place);
    this.#place = place;
    this.#after = undefined;
  }

  /** What is given back is kept: the server may forget it. */
  async keep(response: string, outcomes: readonly Outcome[]): Promise<readonly Outcome[]> {
    const operation = this.#place?.operation ?? '';
    const content = serialize(outcomes.map(outcomeToRow));
    await this.#bookmark?.keep(this.#digest, { position: { operation, response }, content });
    this.#after = response;
    return this.#take(outcomes);
  }

  advance(tasks: number, done: number): void {
    this.#bookmark?.advance({ tasks, done });
  }

  /** Nothing is left of the operation. */
  lose(): void {
    this.#place = undefined;
    this.#after = undefined;
  }

  #take(outcomes: readonly Outcome[]): readonly Outcome[] {
    for (const { task } of outcomes) this.#missing.delete(task);
    return outcomes;
  }
}
