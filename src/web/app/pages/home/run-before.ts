import { hasAnswers } from '../../../../domain/run.ts';
import type { RunSummary } from '../../api/answers.ts';

/** The last run of the same experiment before this one that has come to answers; `runs`: the newest first. */
export function runBefore<Run extends Pick<RunSummary, 'experiment' | 'status'>>(
  run: Run,
  runs: readonly Run[],
): Run | undefined {
  return runs
    .slice(runs.indexOf(run) + 1)
    .find(({ experiment, status }) => experiment === run.experiment && hasAnswers(status));
}
