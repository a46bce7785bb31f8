import { isTerminal } from '../../../../domain/run.ts';
import type { RunSummary } from '../../api/answers.ts';

type Page<Run> = { runs: Run[]; next: string | null };

/** Runs that may be other by now: those that go on. */
export function openRuns<Run extends Pick<RunSummary, 'status'>>(
  pages: readonly Page<Run>[],
): readonly Run[] {
  return pages.flatMap(({ runs }) => runs).filter(({ status }) => !isTerminal(status));
}

/** Pages with what has changed: what is new stands first. */
export function withChanged<Run extends Pick<RunSummary, 'runId'>>(
  pages: readonly Page<Run>[],
  changed: readonly Run[],
): Page<Run>[] {
  const byId = new Map(changed.map((run) => [run.runId, run]));
  const known = new Set(pages.flatMap(({ runs }) => runs.map(({ runId }) => runId)));
  const fresh = changed.filter(({ runId }) => !known.has(runId));
  return pages.map((page, i) => ({
    ...page,
    runs: [...(i === 0 ? fresh : []), ...page.runs.map((run) => byId.get(run.runId) ?? run)],
  }));
}
