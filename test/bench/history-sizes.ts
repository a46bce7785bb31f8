import { connectClient } from '../../src/temporal/connection.ts';

export type HistorySize = {
  readonly events: number;
  readonly bytes: number;
  /** Bytes of the largest event: no payload is larger. */
  readonly largestEvent: number;
};

/** One for each execution of a run's workflow, which continues as new when its history has grown. */
export async function historySizes(
  address: string,
  workflowId: string,
): Promise<readonly HistorySize[]> {
  const client = await connectClient({ address, namespace: 'default', tls: false });
  try {
    const sizes: HistorySize[] = [];
    const executions = client.workflow.list({ query: `WorkflowId = '${workflowId}'` });
    for await (const { runId } of executions) {
      const { raw } = await client.workflow.getHandle(workflowId, runId).describe();
      const { events = [] } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      sizes.push({
        events: Number(raw.workflowExecutionInfo?.historyLength ?? 0),
        bytes: Number(raw.workflowExecutionInfo?.historySizeBytes ?? 0),
        largestEvent: Math.max(...(events ?? []).map((event) => JSON.stringify(event).length)),
      });
    }
    return sizes;
  } finally {
    await client.connection.close();
  }
}
