import type { OperationContext } from './context.ts';
import type { RunSummary } from './requests.ts';

/** The newest runs first. */
export async function listRuns(
  { runs, facts }: Pick<OperationContext, 'runs' | 'facts'>,
  options: Parameters<OperationContext['runs']['listRuns']>[0],
): Promise<readonly RunSummary[]> {
  const records = await runs.listRuns(options);
  // Elsewhere it is known: of a run that has succeeded none, of one that never chose nothing is.
  const partial = records.filter(({ status }) => status === 'PARTIAL');
  const unanswered = await facts.unanswered(partial.map(({ runId }) => runId));
  return records.map(({ runId, experiment, status, createdAt, endedAt, snapshot }) => ({
    runId,
    experiment,
    status,
    createdAt,
    endedAt,
    partitions: snapshot?.partitionCount ?? null,
    unanswered:
      status === 'PARTIAL' ? (unanswered.get(runId) ?? 0) : status === 'SUCCEEDED' ? 0 : null,
  }));
}
