import { type Kysely, sql } from 'kysely';
import type { Digest } from '../../domain/digest.ts';
import type { LineageStore, ModelLineage, ModelUse, ReproductionRecord } from '../lineage-store.ts';
import type { Database } from './database.ts';
import { findModelDigest } from './model-digest.ts';
import { CODE_COLUMNS, codeFromRow, makingsOf } from './model-makings.ts';

/** Makings and uses that are listed; a constant model may stand in very many partitions. */
const LISTED = 100;

/** Answers from the rows that `PostgresRunStore` wrote. */
export function createPostgresLineageStore(db: Kysely<Database>): LineageStore {
  return {
    async lineageOfModel(digestPrefix): Promise<ModelLineage> {
      const model = await findModelDigest(db, digestPrefix);
      const { byte_size: byteSize } = await db
        .selectFrom('object')
        .select('byte_size')
        .where('digest', '=', model)
        .executeTakeFirstOrThrow();
      return {
        model,
        byteSize,
        places: await placesOf(db, model),
        makings: await makingsOf(db, model, LISTED),
        makingCount: await countOf(db, 'model', 'digest', model),
        uses: await usesOf(db, model),
        useCount: await countOf(db, 'choice', 'model_digest', model),
      };
    },

    async makersOfRun(runId) {
      const row = await db
        .selectFrom('run')
        .innerJoin('code_version', 'code_version.digest', 'run.code_digest')
        .innerJoin('environment', 'environment.digest', 'run.environment_digest')
        .where('run.id', '=', runId)
        .select([...CODE_COLUMNS, 'environment.facts'])
        .executeTakeFirstOrThrow();
      return { code: codeFromRow(row), environment: row.facts };
    },

    reproductionsOf: (runId) => reproductionsOf(db, runId),
  };
}

async function reproductionsOf(
  db: Kysely<Database>,
  runId: string,
): Promise<readonly ReproductionRecord[]> {
  const rows = await db
    .selectFrom('audit_event')
    .select(['target', 'after', 'at', 'actor'])
    .where('action', '=', 'run.reproduced')
    .where(sql`target->>'run'`, '=', runId)
    .orderBy('seq', 'desc')
    .limit(LISTED)
    .execute();
  return rows.map(({ target, after, at, actor }) => {
    const { isReproduced, cause } = after as Pick<ReproductionRecord, 'isReproduced' | 'cause'>;
    return { runId: target['again'] ?? null, isReproduced, cause, at, actor };
  });
}

async function placesOf(db: Kysely<Database>, model: Digest): Promise<ModelLineage['places']> {
  const rows = await db
    .selectFrom('object_location')
    .select(['pack_digest', 'byte_offset', 'byte_length'])
    .where('digest', '=', model)
    .orderBy('pack_digest')
    .limit(LISTED)
    .execute();
  return rows.map((row) => ({
    pack: row.pack_digest,
    offset: row.byte_offset,
    length: row.byte_length,
  }));
}

async function usesOf(db: Kysely<Database>, model: Digest): Promise<readonly ModelUse[]> {
  const rows = await db
    .selectFrom('choice')
    .innerJoin('run_partition', (join) =>
      join
        .onRef('run_partition.run_id', '=', 'choice.run_id')
        .onRef('run_partition.partition_id', '=', 'choice.partition_id'),
    )
    .select(['choice.run_id', 'run_partition.text', 'choice.status', 'choice.verdict'])
    .where('choice.model_digest', '=', model)
    .orderBy('choice.run_id', 'desc')
    .orderBy('run_partition.ordinal')
    .limit(LISTED)
    .execute();
  return rows.map(({ run_id, text, status, verdict }) => ({
    runId: run_id,
    partition: text,
    status,
    verdict,
  }));
}

async function countOf(
  db: Kysely<Database>,
  table: 'model' | 'choice',
  column: 'digest' | 'model_digest',
  model: Digest,
): Promise<number> {
  const { count } = await db
    .selectFrom(table)
    .select((select) => select.fn.countAll<number>().as('count'))
    .where(db.dynamic.ref(column), '=', model)
    .executeTakeFirstOrThrow();
  return count;
}
