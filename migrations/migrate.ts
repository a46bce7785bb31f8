import { type Kysely, type Migration, Migrator, sql } from 'kysely';
import { Failure } from '../src/domain/failure.ts';
import { up as createRuns } from './20261123-01-runs.ts';
import { up as createSnapshotsAndPlans } from './20261123-02-snapshots-and-plans.ts';
import { up as createStepsAndModels } from './20261123-03-steps-and-models.ts';
import { up as addRunErrorKind } from './20261123-04-run-error-kind.ts';
import { up as nameFailedProfiles } from './20261125-01-failed-profiles.ts';
import { up as createAuditEvents } from './20261125-02-audit-events.ts';
import { up as createBookmarks } from './20261126-01-bookmarks.ts';
import { up as admitDroppedCandidates } from './20261126-02-dropped-candidates.ts';
import { up as addReuse } from './20261126-03-reuse.ts';
import { up as chainAudit } from './20261126-04-audit-chain.ts';
import { up as nameModelSets } from './20261126-05-registry.ts';
import { up as addQuarantine } from './20261126-06-quarantine.ts';
import { up as deleteRuns } from './20261126-07-deleted-runs.ts';
import { up as createOutbox } from './20261126-08-outbox.ts';
import { up as addBlends } from './20261126-09-blends.ts';
import { up as addParents } from './20261126-10-parents.ts';
import { up as addDrift } from './20261126-11-drift.ts';
import { up as nameQuarantinedDrift } from './20261126-12-quarantined-drift.ts';
import { up as auditDrift } from './20261126-13-audited-drift.ts';
import { up as addDriftedScores } from './20261126-14-drifted-scores.ts';
import { up as keepFoldSelections } from './20261127-01-fold-selections.ts';
import { up as tellQueues } from './20261127-02-queued-attempts.ts';

/** Every migration by its frozen name, in order. A migration that was released never changes; the next one follows it. */
export const MIGRATIONS: { readonly [name: string]: Migration } = {
  '20261123-01-runs': { up: createRuns },
  '20261123-02-snapshots-and-plans': { up: createSnapshotsAndPlans },
  '20261123-03-steps-and-models': { up: createStepsAndModels },
  '20261123-04-run-error-kind': { up: addRunErrorKind },
  '20261125-01-failed-profiles': { up: nameFailedProfiles },
  '20261125-02-audit-events': { up: createAuditEvents },
  '20261126-01-bookmarks': { up: createBookmarks },
  '20261126-02-dropped-candidates': { up: admitDroppedCandidates },
  '20261126-03-reuse': { up: addReuse },
  '20261126-04-audit-chain': { up: chainAudit },
  '20261126-05-registry': { up: nameModelSets },
  '20261126-06-quarantine': { up: addQuarantine },
  '20261126-07-deleted-runs': { up: deleteRuns },
  '20261126-08-outbox': { up: createOutbox },
  '20261126-09-blends': { up: addBlends },
  '20261126-10-parents': { up: addParents },
  '20261126-11-drift': { up: addDrift },
  '20261126-12-quarantined-drift': { up: nameQuarantinedDrift },
  '20261126-13-audited-drift': { up: auditDrift },
  '20261126-14-drifted-scores': { up: addDriftedScores },
  '20261127-01-fold-selections': { up: keepFoldSelections },
  '20261127-02-queued-attempts': { up: tellQueues },
};

/** The first server with `unique nulls not distinct`. */
const OLDEST_SERVER = 15;

/**
 * Brings the database to the newest schema and names what was applied. All or nothing: a migration that fails leaves the
 * schema as it was, and its error is thrown. Processes that migrate at once wait for each other.
 */
export async function migrate<Schema>(
  db: Kysely<Schema>,
  migrations: { readonly [name: string]: Migration } = MIGRATIONS,
): Promise<{ readonly applied: readonly string[] }> {
  const { rows } = await sql<{ version: number }>`
    select current_setting('server_version_num')::integer as version`.execute(db);
  checkVersion(rows[0]?.version ?? 0);
  if (await isCurrent(db, migrations)) return { applied: [] };
  const migrator = new Migrator({
    db,
    provider: { getMigrations: async () => ({ ...migrations }) },
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
  return {
    applied: results.map(({ migrationName }) => migrationName),
  };
}

/** Whether exactly these were applied: who may only read the schema can tell, too. */
async function isCurrent<Schema>(db: Kysely<Schema>, migrations: object): Promise<boolean> {
  const { rows: found } = await sql<{ known: boolean }>`
    select to_regclass('kysely_migration') is not null as known`.execute(db);
  if (found[0]?.known !== true) return false;
  const { rows } = await sql<{ name: string }>`
    select name from kysely_migration order by name`.execute(db);
  const names = Object.keys(migrations).toSorted();
  return JSON.stringify(rows.map(({ name }) => name)) === JSON.stringify(names);
}

/** Takes `server_version_num`, for example 150004; throws `Failure('unsupported')`. */
export function checkVersion(version: number): void {
  const major = Math.floor(version / 10_000);
  if (major >= OLDEST_SERVER) return;
  throw new Failure(
    'unsupported',
    `Postgres ${major} is too old: Partita needs ${OLDEST_SERVER} or newer. Point DATABASE_URL at a newer server, or leave it out for the embedded one.`,
  );
}
