import type { Kysely } from 'kysely';
import type { Digest } from '../../domain/digest.ts';
import type { Database } from './database.ts';
import { insertRows } from './rows.ts';

/** An edge of the lineage: what a step read or made, for one partition or (without one) for its whole batch. */
export type StepIo = {
  readonly partitionId?: string;
  readonly direction: 'in' | 'out';
  readonly role: string;
  readonly digest: Digest;
};

export async function insertStepIo(
  db: Kysely<Database>,
  stepId: number,
  runId: string,
  edges: readonly StepIo[],
): Promise<void> {
  await insertStepEdges(
    db,
    runId,
    edges.map((edge) => ({ ...edge, stepId })),
  );
}

/** The same for the edges of several steps, in one statement. */
export async function insertStepEdges(
  db: Kysely<Database>,
  runId: string,
  edges: readonly (StepIo & { readonly stepId: number })[],
): Promise<void> {
  await insertRows(
    db,
    'step_io',
    {
      step_id: 'bigint',
      run_id: 'uuid',
      partition_id: 'text',
      direction: 'text',
      role: 'text',
      digest: 'digest',
    },
    edges.map(({ stepId, partitionId, direction, role, digest }) => ({
      step_id: stepId,
      run_id: runId,
      partition_id: partitionId ?? null,
      direction,
      role,
      digest,
    })),
  );
}
