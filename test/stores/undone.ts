import { sql } from 'kysely';
import type { TestRunStore } from './run-store-on-postgres.ts';

type Record = TestRunStore['db'];

/** What a look at the record finds after a change that only a superuser can make; afterwards the record is as before. */
export async function afterTouching<Found>(
  db: Record,
  change: string,
  look: (record: Record) => Promise<Found>,
): Promise<Found> {
  let found: { readonly is: Found } | undefined;
  const undo = new Error('undo');
  await db
    .transaction()
    .execute(async (transaction) => {
      // No trigger speaks up, and none of those of foreign keys either.
      await sql`set local session_replication_role = replica`.execute(transaction);
      await sql.raw(change).execute(transaction);
      found = { is: await look(asOutermost(transaction)) };
      throw undo;
    })
    .catch((error: unknown) => {
      if (error !== undo) throw error;
    });
  if (found === undefined) throw new Error('Nothing was looked at.');
  return found.is;
}

/** A transaction whose own transactions are part of it. */
export function asOutermost(transaction: Record): Record {
  return new Proxy(transaction, {
    get: (target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (name !== 'transaction') return typeof value === 'function' ? value.bind(target) : value;
      const inner = {
        setIsolationLevel: () => inner,
        setAccessMode: () => inner,
        execute: (work: (of: Record) => unknown) => work(target),
      };
      return () => inner;
    },
  });
}
