import {
  CancellationScope,
  ChildWorkflowFailure,
  executeChild,
  isCancellation,
  ParentClosePolicy,
  WorkflowIdReusePolicy,
  workflowInfo,
} from '@temporalio/workflow';
import { searchPairs } from '../src/domain/search-attributes.ts';
import { statuses } from './activity-calls.ts';
import { experiment } from './experiment.ts';
import type { ExperimentResult, ScheduledInput } from './messages.ts';

/**
 * One firing of a schedule: begins a run, and lasts as long as it does, so that the next firing knows. How the run ended is
 * on its own record: a firing that began one has done its work.
 */
export async function scheduledRun(input: ScheduledInput): Promise<ExperimentResult> {
  const { workflowId: firing } = workflowInfo();
  const begun = await statuses.beginFiring({ ...input, firing });
  const { runId, workflowId, concurrency, about } = begun;
  try {
    return await executeChild(experiment, {
      workflowId,
      workflowIdReusePolicy: WorkflowIdReusePolicy.REJECT_DUPLICATE,
      parentClosePolicy: ParentClosePolicy.ABANDON,
      staticSummary: `run ${runId}`,
      ...(about !== undefined && { typedSearchAttributes: searchPairs(about) }),
      args: [{ runId, concurrency }],
    });
  } catch (error) {
    const isOurs = CancellationScope.current().consideredCancelled;
    if (isOurs || !(error instanceof ChildWorkflowFailure)) throw error;
    return { runId, status: isCancellation(error) ? 'CANCELLED' : 'FAILED' };
  }
}
