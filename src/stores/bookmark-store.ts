import type { Digest } from '../domain/digest.ts';
import type { JsonObject } from '../domain/json.ts';

/** What an engine keeps of a job that may outlive the process that began it (`Bookmark` in `engines/engine.ts`). */
export type BookmarkRecord = {
  readonly place: JsonObject;
  /** In the order in which they were kept; read one by one. */
  readonly arrivals: AsyncIterable<{ readonly position: JsonObject; readonly content: Uint8Array }>;
};

/** Where the jobs of runs are, and what has arrived of them, until their outcomes are recorded. Keeping twice is keeping once. */
export interface BookmarkStore {
  find(runId: string, job: Digest): Promise<BookmarkRecord | undefined>;
  /** Another place for a job that has one takes its place; what has arrived stays. */
  begin(runId: string, job: Digest, place: JsonObject): Promise<void>;
  keep(
    runId: string,
    job: Digest,
    arrival: { readonly position: JsonObject; readonly content: Uint8Array },
  ): Promise<void>;
  /** Forgets the jobs; absent: every job of the run. */
  release(runId: string, jobs?: readonly Digest[]): Promise<void>;
}
