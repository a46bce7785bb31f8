import { migrate } from '../../migrations/migrate.ts';
import { Failure } from '../domain/failure.ts';
import { openToApp } from '../stores/postgres/app-role.ts';
import { connectDatabase, isForbidden } from '../stores/postgres/connect.ts';

/** A database by the address of whoever owns its tables, and by the one under which the application works. */
export type DatabaseAddresses = { readonly owner: string; readonly app: string };

/**
 * Brings the database to the newest schema as its owner, and opens it to the account of the application, where that is
 * another; names the migrations that were applied. Throws `Failure('unsupported')` where the owner is not who may do so.
 */
export async function migrateDatabase({
  owner,
  app,
}: DatabaseAddresses): Promise<{ readonly applied: readonly string[] }> {
  const database = connectDatabase({
    url: owner,
    application: 'partita migrate',
    maxConnections: 1,
  });
  const [ownerAccount, account] = [accountOf(owner), accountOf(app)];
  try {
    const migrated = await migrate(database);
    if (account !== ownerAccount) await openToApp(database, account, migrated.applied.length > 0);
    return migrated;
  } catch (cause) {
    if (!isForbidden(cause)) throw cause;
    throw new Failure(
      'unsupported',
      `The account "${ownerAccount}" may not bring the database to this version's schema: set DATABASE_OWNER_URL to the address of the tables' owner and run \`partita migrate\`.`,
      { cause },
    );
  } finally {
    await database.destroy();
  }
}

function accountOf(url: string): string {
  return decodeURIComponent(new URL(url).username);
}
