import { type Kysely, type Migration, Migrator } from 'kysely';
import { up as createRuns } from './20261123-01-runs.ts';
import { up as createSnapshotsAndPlans } from './20261123-02-snapshots-and-plans.ts';
import { up as createStepsAndModels } from './20261123-03-steps-and-models.ts';

/** Every migration by its frozen name, in order. A migration that was released never changes; the next one follows it. */
export const MIGRATIONS: { readonly [name: string]: Migration } = {
  '20261123-01-runs': { up: createRuns },
  '20261123-02-snapshots-and-plans': { up: createSnapshotsAndPlans },
  '20261123-03-steps-and-models': { up: createStepsAndModels },
};

/**
 * Brings the database to the newest schema and names what was applied. All or nothing: a migration that fails leaves the
 * schema as it was, and its error is thrown. Processes that migrate at once wait for each other.
 */
export async function migrate<Schema>(
  db: Kysely<Schema>,
  migrations: { readonly [name: string]: Migration } = MIGRATIONS,
): Promise<{ readonly applied: readonly string[] }> {
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
