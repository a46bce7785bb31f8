import pg from 'pg';
import { postgresUrl } from './postgres.ts';
import { appPassword, postgresPassword } from './postgres-home.ts';
import { queryServer } from './server-query.ts';

/** What the application works as: it owns the users' own tables, and can only add to the history of runs. */
export const APP_ACCOUNT = 'partita_app';

/** A database of the embedded server as its owner reaches it, and as the application does. Both hold passwords. */
export function embeddedAddresses(
  folder: string,
  port: number,
  database: string,
): { readonly owner: string; readonly app: string } {
  return {
    owner: postgresUrl({ port, password: postgresPassword(folder) }, database),
    app: postgresUrl({ port, password: appPassword(folder), account: APP_ACCOUNT }, database),
  };
}

/** Sees to it that the application's account is there and has our password. Costs one log-in where it is so. */
export async function ensureAppAccount(folder: string, port: number): Promise<void> {
  const { owner, app } = embeddedAddresses(folder, port, 'postgres');
  try {
    await queryServer(app, 'select 1');
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const [known] = await queryServer(owner, 'select from pg_roles where rolname = $1', [
      APP_ACCOUNT,
    ]);
    const password = pg.escapeLiteral(appPassword(folder));
    const verb = known === undefined ? 'create' : 'alter';
    await queryServer(owner, `${verb} role ${APP_ACCOUNT} login password ${password}`);
  }
}

/** Gives the application the database for users' own tables, with those that its owner has made before. */
export async function giveToApp(ownerUrl: string, database: string): Promise<void> {
  const [given] = await queryServer(
    ownerUrl,
    'select from pg_database where datname = current_database() and datdba = $1::regrole',
    [APP_ACCOUNT],
  );
  if (given !== undefined) return;
  await queryServer(
    ownerUrl,
    `do $$
      declare owned record;
      begin
        for owned in select c.oid::regclass as name from pg_class c
          where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
        loop
          execute format('alter table %s owner to ${APP_ACCOUNT}', owned.name);
        end loop;
        alter schema public owner to ${APP_ACCOUNT};
        alter default privileges in schema public grant all on tables to ${APP_ACCOUNT};
        alter database ${pg.escapeIdentifier(database)} owner to ${APP_ACCOUNT};
      end $$`,
  );
}

/** No such account, or another password. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('28');
}
