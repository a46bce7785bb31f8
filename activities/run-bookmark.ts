import type { Digest } from '../src/domain/digest.ts';
import type { Bookmark } from '../src/engines/engine.ts';
import type { BookmarkStore } from '../src/stores/bookmark-store.ts';

/** The bookmark of a run's jobs in the store; `release` forgets those that it was asked about. */
export function runBookmark(
  store: BookmarkStore,
  runId: string,
  advance: Bookmark['advance'],
): Bookmark & { readonly release: () => Promise<void> } {
  const jobs = new Set<Digest>();
  return {
    find: (job) => {
      jobs.add(job);
      return store.find(runId, job);
    },
    begin: (job, place) => store.begin(runId, job, place),
    keep: (job, arrival) => store.keep(runId, job, arrival),
    advance,
    release: () => store.release(runId, [...jobs]),
  };
}
