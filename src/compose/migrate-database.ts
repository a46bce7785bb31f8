import { migrate } from '../../migrations/migrate.ts';
import { connectDatabase } from '../stores/postgres/connect.ts';

/** Brings the database at this address to the newest schema; names the migrations that were applied. */
export async function migrateDatabase(
  url: string,
): Promise<{ readonly applied: readonly string[] }> {
  const database = connectDatabase({ url, application: 'partita migrate', maxConnections: 1 });
  try {
    return await migrate(database);
  } finally {
    await database.destroy();
  }
}
