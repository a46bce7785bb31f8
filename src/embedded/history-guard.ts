import type { Config } from '../config.ts';
import { queryServer } from './server-query.ts';
import { runningDatabase } from './stack.ts';

/** How far the application's account is kept from changing what happened. */
export type HistoryGuard =
  | { readonly kind: 'unknown'; readonly because: string }
  | { readonly kind: 'guarded'; readonly account: string }
  /** `open`: tables that it could change; `unguarded`: tables whose own guard is switched off. */
  | {
      readonly kind: 'open';
      readonly account: string;
      readonly open: number;
      readonly unguarded: readonly string[];
    };

/** Tables of the history are those with a guard of this name: it refuses changes to everybody but who can take it away. */
const TABLES = `
  select c.relname as name, t.tgenabled = 'D' as unguarded,
    pg_has_role(c.relowner, 'usage')
      or has_table_privilege(c.oid, 'update, delete, truncate, trigger') as open
  from pg_trigger t join pg_class c on c.oid = t.tgrelid
  where c.relnamespace = 'public'::regnamespace and t.tgname = c.relname || '_is_append_only'`;

/** Asks the database that runs now, as the application would; starts nothing. */
export async function historyGuard(config: Config): Promise<HistoryGuard> {
  const url = runningDatabase(config);
  if (url === null) return { kind: 'unknown', because: 'no database runs' };
  try {
    const tables = await queryServer(url, TABLES);
    if (tables.length === 0) return { kind: 'unknown', because: 'nothing was recorded yet' };
    const account = decodeURIComponent(new URL(url).username);
    const open = tables.filter((table) => table['open'] === true).length;
    const unguarded = tables
      .filter((table) => table['unguarded'] === true)
      .map((table) => String(table['name']));
    return open === 0 && unguarded.length === 0
      ? { kind: 'guarded', account }
      : { kind: 'open', account, open, unguarded };
  } catch {
    // Whether it can be reached is said elsewhere.
    return { kind: 'unknown', because: 'the database does not answer' };
  }
}
