import { type Kysely, sql } from 'kysely';
import type { Digest } from '../../domain/digest.ts';
import type { LineageStore, ModelLineage, ModelUse, ReproductionRecord } from '../lineage-store.ts';
import { blendOfDigest } from './blends.ts';
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
      const blend = await blendOfDigest(db, model);
      const made = blend === null ? [model] : blend.map((part) => part.model);
      const makings = await Promise.all(made.map((one) => makingsOf(db, one, LISTED)));
      const counts = await Promise.all(made.map((one) => makingCountOf(db, one)));
      return {
        model,
        blend,
        byteSize,
        places: await placesOf(db, model),
        makings: makings.flat(),
        makingCount: counts.reduce((sum, count) => sum + count, 0),
        uses: await usesOf(db, model),
        useCount: await useCountOf(db, model),
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
  const rows = await usedAt(db, model)
    .innerJoin('choice', (join) =>
      join
        .onRef('choice.run_id', '=', 'used.run_id')
        .onRef('choice.partition_id', '=', 'used.partition_id'),
    )
    .select(['choice.run_id', 'run_partition.text', 'choice.status', 'choice.verdict'])
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

/** (run, partition) by (run, partition): where the model answers, alone or with others. A parent is no partition of the table. */
function usedAt(db: Kysely<Database>, model: Digest) {
  return db
    .with('used', (part) =>
      part
        .selectFrom('choice')
        .select(['run_id', 'partition_id'])
        .where('model_digest', '=', model)
        .union(
          part
            .selectFrom('blend_part')
            .select(['run_id', 'partition_id'])
            .where('model_digest', '=', model),
        ),
    )
    .selectFrom('used')
    .innerJoin('run_partition', (join) =>
      join
        .onRef('run_partition.run_id', '=', 'used.run_id')
        .onRef('run_partition.partition_id', '=', 'used.partition_id'),
    )
    .where('run_partition.ordinal', '>=', 0);
}

async function useCountOf(db: Kysely<Database>, model: Digest): Promise<number> {
  const { count } = await usedAt(db, model)
    .select((select) => select.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return count;
}

async function makingCountOf(db: Kysely<Database>, model: Digest): Promise<number> {
  const { count } = await db
    .selectFrom('model')
    .select((select) => select.fn.countAll<number>().as('count'))
    .where('digest', '=', model)
    .executeTakeFirstOrThrow();
  return count;
}
