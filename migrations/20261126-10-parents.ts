import { type Kysely, sql } from 'kysely';

/** Unions of partitions of one beginning of their keys have models, too, and are compared with. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table run_partition
      -- From 0 on partitions, by their texts; -1 is the model without partition, from -2 on down are parents.
      drop constraint run_partition_ordinal_check;
    alter table metric
      drop constraint metric_scope_check,
      add constraint metric_scope_check check (scope in ('own', 'parent', 'global'));
  `.execute(db);
}
