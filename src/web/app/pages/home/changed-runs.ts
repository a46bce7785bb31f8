import { isTerminal } from '../../../../domain/run.ts';
import type { RunSummary } from '../../api/answers.ts';

type Page<Run> = { runs: Run[]; next: string | null };

/** Ids that are asked for again by name at once. */
const AMONG = 100;
/** A run may be seen later than one that is newer: ids are drawn before they are committed. */
const LATE_MS = 60_000;
/** Runs that were deleted, or restored, are among no changes. */
const REREAD_MS = 60_000;

/** Runs that may be other by now: those that go on. */
export function openRuns<Run extends Pick<RunSummary, 'status'>>(
  pages: readonly Page<Run>[],
): readonly Run[] {
  return pages.flatMap(({ runs }) => runs).filter(({ status }) => !isTerminal(status));
}

/**
 * What to ask about runs that may be other than these pages have them; `age` of the pages, in milliseconds. Null: they are
 * to be read anew, since they are old, or since more goes on than can be asked about.
 */
export function changesToAsk(
  pages: readonly Page<Pick<RunSummary, 'runId' | 'status' | 'createdAt'>>[],
  age: number,
): { readonly since?: string; readonly among?: string } | null {
  const open = openRuns(pages);
  if (age > REREAD_MS || open.length > AMONG) return null;
  const since = settled(pages[0]?.runs ?? []);
  return {
    ...(since === undefined ? {} : { since: since.runId }),
    ...(open.length === 0 ? {} : { among: open.map(({ runId }) => runId).join(',') }),
  };
}

/** The newest run before which none comes in late any more; else the oldest. */
function settled<Run extends Pick<RunSummary, 'createdAt'>>(
  newestFirst: readonly Run[],
): Run | undefined {
  const [newest] = newestFirst;
  if (newest === undefined) return undefined;
  const until = Date.parse(newest.createdAt) - LATE_MS;
  return newestFirst.find(({ createdAt }) => Date.parse(createdAt) <= until) ?? newestFirst.at(-1);
}

/** Pages with what has changed; what is new stands where its id belongs, unless that is on a page that nobody has read. */
export function withChanged<Run extends Pick<RunSummary, 'runId'>>(
  pages: readonly Page<Run>[],
  changed: readonly Run[],
): Page<Run>[] {
  const byId = new Map(changed.map((run) => [run.runId, run]));
  const known = new Set(pages.flatMap(({ runs }) => runs.map(({ runId }) => runId)));
  const fresh = changed.filter(({ runId }) => !known.has(runId));
  const pageOf = ({ runId }: Run) =>
    pages.findIndex(({ runs, next }) => next === null || (runs.at(-1)?.runId ?? '') < runId);
  return pages.map((page, i) => {
    const own = fresh.filter((run) => pageOf(run) === i);
    const kept = page.runs.map((run) => byId.get(run.runId) ?? run);
    return { ...page, runs: own.length === 0 ? kept : [...own, ...kept].toSorted(newestFirst) };
  });
}

/** Ids begin with their time. */
function newestFirst(a: Pick<RunSummary, 'runId'>, b: Pick<RunSummary, 'runId'>): number {
  return a.runId < b.runId ? 1 : -1;
}
