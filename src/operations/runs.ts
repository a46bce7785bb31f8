import type { OperationContext } from './context.ts';
import type { RunSummary } from './services.ts';

/** The newest runs first. */
export async function listRuns(
  { runs }: Pick<OperationContext, 'runs'>,
  options: Parameters<OperationContext['runs']['listRuns']>[0],
): Promise<readonly RunSummary[]> {
  const records = await runs.listRuns(options);
  return records.map(({ runId, experiment, status, createdAt, endedAt, snapshot }) => ({
    runId,
    experiment,
    status,
    createdAt,
    endedAt,
    partitions: snapshot?.partitionCount ?? null,
  }));
}
