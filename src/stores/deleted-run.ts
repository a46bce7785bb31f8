import { Failure } from '../domain/failure.ts';
import type { RunRecord } from './run-records.ts';

/** Throws `Failure('conflict')` for a run that was deleted: nobody may count on its bytes. */
export function refuseDeleted({ runId, deletion }: RunRecord): void {
  if (deletion === null) return;
  throw new Failure(
    'conflict',
    deletion === 'purge'
      ? `Run ${runId} was deleted, and its rows and models were collected: only its record is left.`
      : `Run ${runId} was deleted. \`partita runs restore ${runId}\` brings it back until its bytes are collected.`,
  );
}
