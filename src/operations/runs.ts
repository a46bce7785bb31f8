import type { OperationContext } from './context.ts';
import type { RunSummary } from './services.ts';

/** The newest runs first. */
export async function listRuns(
  { runs }: Pick<OperationContext, 'runs'>,
  options: { readonly limit: number; readonly before?: string; readonly experiment?: string },
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
