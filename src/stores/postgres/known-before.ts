import { isFailure } from '../../domain/failure.ts';
import type { AskedKeys, FitTime, KnownKeys } from '../run-records.ts';
import type { RunStore } from '../run-store.ts';
import { connectDatabase, hasNoSchema } from './connect.ts';
import { createPostgresRunStore } from './postgres-run-store.ts';

/** Candidates on partitions whose times tell how fast the algorithms are here. */
const FIT_TIMES = 2000;

export function knownFitTimes(url: string | null): Promise<readonly FitTime[]> {
  return knownBefore(url, [], (runs) => runs.fitTimes(FIT_TIMES));
}

export function knownKeys(url: string | null, asked: AskedKeys): Promise<KnownKeys> {
  const none: KnownKeys = { trainings: new Map(), selections: new Set() };
  return knownBefore(url, none, async (runs) => {
    const trainings = await runs.earlierTrainings(asked.trainings, null);
    const selections = await runs.earlierFoldSelections(asked.selections);
    return {
      trainings: new Map(trainings.map(({ key, runId }) => [key, runId])),
      selections: new Set(selections.map(({ key }) => key)),
    };
  });
}

/** Nobody has to have trained before to plan: a server that is away, or has no schema yet, knows nothing. */
async function knownBefore<Known>(
  url: string | null,
  nothing: Known,
  ask: (runs: RunStore) => Promise<Known>,
): Promise<Known> {
  if (url === null) return nothing;
  const database = connectDatabase({ url, application: 'partita plan', maxConnections: 1 });
  try {
    return await ask(createPostgresRunStore(database));
  } catch (error) {
    const isAway = isFailure(error) && error.kind === 'unreachable';
    if (isAway || hasNoSchema(error)) return nothing;
    throw error;
  } finally {
    await database.destroy();
  }
}
