import { countedText, countText } from '../../../../report/number-text.ts';
import type { RetryPlan, RunDetail, RunState } from '../../api/answers.ts';

type RunAgain = NonNullable<NonNullable<RunDetail['origin']>['again']>;

/** Whether an ended run left anything to do again; one that succeeded may have partitions that failed. */
export function leftSomething({ status, failed }: Pick<RunState, 'status' | 'failed'>): boolean {
  return status !== 'SUCCEEDED' || failed > 0;
}

/** What a run does that retries another, around the words for that one. */
export function retryOfText(again: RunAgain): readonly [before: string, after: string] {
  if (again.partition !== undefined) return ['Fits one partition of ', ' again.'];
  return again.which === 'all' ? ['Fits everything of ', ' again.'] : ['Goes on where ', ' ended.'];
}

/** What a retry would do, as the server has worked it out. */
export function retryText({
  again,
  takenOver,
  note,
}: Pick<RetryPlan, 'again' | 'takenOver' | 'note'>): string {
  // Before a run has decided about its partitions nobody knows how many there will be.
  if (note !== null && again + takenOver === 0) return note;
  const counts = `Fitted again: ${countedText(again, 'partition')}; taken over: ${countText(takenOver)}.`;
  return note === null ? counts : `${counts} ${note}`;
}
