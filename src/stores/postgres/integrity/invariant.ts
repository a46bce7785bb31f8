import { type RawBuilder, sql } from 'kysely';

/** What always holds of a record, as the one statement that finds what it does not hold of. */
export type Invariant = {
  readonly name: string;
  /** What those are that it does not hold of, as a plural. */
  readonly what: string;
  readonly remedy: string;
  /** A query of one column, `id`: text that tells people which row it is. */
  readonly offenders: RawBuilder<{ readonly id: string }>;
};

/** What only a hand, a half-done restore or a broken disk can do. */
export const TOUCHED =
  'Only a change by hand, or a restore of a part, does this: see what `partita audit verify` finds, and bring the database back from a backup.';

/** The id of a run's partition, or of the model without partition, in a row of the table `t`. */
export const PLACE = sql<string>`t.run_id || ' ' || coalesce((select text from run_partition named
  where named.run_id = t.run_id and named.partition_id = t.partition_id), t.partition_id)`;

/** Runs that began with the trail: it knows of no older one. */
export const IN_TRAIL = sql`(select (target ->> 'run')::uuid from audit_event where action = 'run.created')`;
