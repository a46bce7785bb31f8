import { type Kysely, sql, type Transaction } from 'kysely';
import type { BrokenInvariant, IntegrityStore } from '../../integrity-store.ts';
import type { Database } from '../database.ts';
import type { Invariant } from './invariant.ts';
import { INVARIANTS_OF_PARTITIONS } from './invariants-of-partitions.ts';
import { INVARIANTS_OF_RUNS } from './invariants-of-runs.ts';
import { references } from './references.ts';

/** Of those that an invariant does not hold of. */
const NAMED = 5;

/** One statement per invariant; what it finds is counted and sorted by the server. */
export function createPostgresIntegrityStore(db: Kysely<Database>): IntegrityStore {
  return {
    checkInvariants: () =>
      db
        .transaction()
        .setIsolationLevel('repeatable read')
        .setAccessMode('read only')
        .execute(async (record) => {
          // A whole record may take longer than any statement of a run.
          await sql`set local statement_timeout = 0`.execute(record);
          const invariants = [
            ...INVARIANTS_OF_RUNS,
            ...INVARIANTS_OF_PARTITIONS,
            ...(await references(record)),
          ];
          const broken: BrokenInvariant[] = [];
          for (const invariant of invariants) broken.push(...(await check(record, invariant)));
          return { checked: invariants.map(({ name }) => name), broken };
        }),
  };
}

async function check(
  record: Transaction<Database>,
  { name, what, remedy, offenders }: Invariant,
): Promise<readonly BrokenInvariant[]> {
  const { rows } = await sql<{ readonly id: string; readonly count: number }>`
    select id, count(*) over () as count from (${offenders}) as offender
    order by id collate "C" limit ${NAMED}`.execute(record);
  const [first] = rows;
  if (first === undefined) return [];
  return [{ name, what, remedy, count: first.count, offenders: rows.map(({ id }) => id) }];
}
