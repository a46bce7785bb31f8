import type { Digest } from '../../src/domain/digest.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Advance, Arrival, Bookmark } from '../../src/engines/engine.ts';

/** A bookmark that outlives engines, not this process. */
export class MemoryBookmark implements Bookmark {
  /** Every place where something was begun, in order. */
  readonly places: JsonObject[] = [];
  readonly advances: Advance[] = [];
  readonly #jobs = new Map<Digest, { place: JsonObject; readonly arrivals: Arrival[] }>();

  async find(job: Digest) {
    const found = this.#jobs.get(job);
    return found && { place: found.place, arrivals: each([...found.arrivals]) };
  }

  async begin(job: Digest, place: JsonObject): Promise<void> {
    this.places.push(place);
    this.#jobs.set(job, { place, arrivals: this.#jobs.get(job)?.arrivals ?? [] });
  }

  async keep(job: Digest, arrival: Arrival): Promise<void> {
    this.#jobs.get(job)?.arrivals.push(arrival);
  }

  advance(advance: Advance): void {
    this.advances.push(advance);
  }

  /** Loses the newest arrivals of every job, all but so many. */
  forgetAllBut(count: number): void {
    for (const { arrivals } of this.#jobs.values()) arrivals.splice(count);
  }
}

async function* each<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items;
}
