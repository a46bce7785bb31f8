import { isFailure } from '../../domain/failure.ts';
import type { FitTime } from '../run-store.ts';
import { connectDatabase, hasNoSchema } from './connect.ts';
import { createPostgresRunStore } from './postgres-run-store.ts';

/** Candidates on partitions whose times tell how fast the algorithms are here. */
const FIT_TIMES = 2000;

/** Nobody has to have trained before to plan: a server that is away, or has no schema yet, knows of no times. */
export async function knownFitTimes(url: string | null): Promise<readonly FitTime[]> {
  if (url === null) return [];
  const database = connectDatabase({ url, application: 'partita plan', maxConnections: 1 });
  try {
    return await createPostgresRunStore(database).fitTimes(FIT_TIMES);
  } catch (error) {
    const isAway = isFailure(error) && error.kind === 'unreachable';
    if (isAway || hasNoSchema(error)) return [];
    throw error;
  } finally {
    await database.destroy();
  }
}
