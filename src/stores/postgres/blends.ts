import type { Kysely } from 'kysely';
import type { BlendPart } from '../../domain/blend.ts';
import type { Digest } from '../../domain/digest.ts';
import type { Blend } from '../../partition/blend.ts';
import type { Choice } from '../../partition/choice.ts';
import type { Database } from './database.ts';
import { knowObjects } from './objects.ts';
import { anyOf, insertRows } from './rows.ts';

/** Of the choices that a blend answers for; known as objects before the choices name them. */
export async function knowBlends(db: Kysely<Database>, chosen: readonly Choice[]): Promise<void> {
  const digests = new Set(
    chosen.flatMap(({ blend, model }) => (blend !== undefined && model !== null ? [model] : [])),
  );
  await knowObjects(
    db,
    [...digests].map((digest) => ({ digest, kind: 'blend', byteSize: null })),
  );
}

/** Behind the choices that they belong to. */
export async function insertBlends(
  db: Kysely<Database>,
  runId: string,
  chosen: readonly Choice[],
): Promise<void> {
  const blends = chosen.flatMap(({ partitionId, model, blend }) =>
    blend === undefined || model === null
      ? []
      : [{ run_id: runId, partition_id: partitionId, model, blend }],
  );
  await insertRows(
    db,
    'blend',
    {
      run_id: 'uuid',
      partition_id: 'text',
      digest: 'digest',
      without_fold: 'double precision[]',
      scores: 'json',
    },
    blends.map(({ model, blend, ...of }) => {
      if (blend.scores === null)
        throw new RangeError(`The blend of ${of.partition_id} has no scores.`);
      return { ...of, digest: model, without_fold: blend.withoutFold, scores: blend.scores };
    }),
  );
  await insertRows(
    db,
    'blend_part',
    {
      run_id: 'uuid',
      partition_id: 'text',
      number: 'smallint',
      rung: 'text',
      model_digest: 'digest',
      weight: 'double precision',
    },
    blends.flatMap(({ blend, run_id, partition_id }) =>
      blend.parts.map(({ rung, model, weight }, number) => ({
        run_id,
        partition_id,
        number,
        rung,
        model_digest: model,
        weight,
      })),
    ),
  );
}

/** By partition id: of the given partitions of a run, or of all. */
export async function blendsOf(
  db: Kysely<Database>,
  runId: string,
  partitionIds?: readonly string[],
): Promise<ReadonlyMap<string, Blend>> {
  let blends = db
    .selectFrom('blend')
    .select(['partition_id', 'without_fold', 'scores'])
    .where('run_id', '=', runId);
  if (partitionIds !== undefined) blends = blends.where('partition_id', '=', anyOf(partitionIds));
  const rows = await blends.execute();
  if (rows.length === 0) return new Map();
  const parts = await partsOf(db, runId, partitionIds);
  return new Map(
    rows.map(({ partition_id: id, without_fold: withoutFold, scores }) => [
      id,
      { parts: parts.get(id) ?? [], withoutFold, scores },
    ]),
  );
}

async function partsOf(
  db: Kysely<Database>,
  runId: string,
  partitionIds: readonly string[] | undefined,
): Promise<ReadonlyMap<string, readonly BlendPart[]>> {
  let select = db
    .selectFrom('blend_part')
    .select(['partition_id', 'rung', 'model_digest as model', 'weight'])
    .where('run_id', '=', runId);
  if (partitionIds !== undefined) select = select.where('partition_id', '=', anyOf(partitionIds));
  const rows = await select.orderBy('partition_id').orderBy('number').execute();
  const parts = new Map<string, BlendPart[]>();
  for (const { partition_id: id, ...part } of rows) {
    const known = parts.get(id);
    if (known === undefined) parts.set(id, [part]);
    else known.push(part);
  }
  return parts;
}

/** The models of a blend with their weights, equal wherever it stands; null where the digest is of no blend. */
export async function blendOfDigest(
  db: Kysely<Database>,
  digest: Digest,
): Promise<readonly BlendPart[] | null> {
  const one = await db
    .selectFrom('blend')
    .select(['run_id', 'partition_id'])
    .where('digest', '=', digest)
    .limit(1)
    .executeTakeFirst();
  if (one === undefined) return null;
  return db
    .selectFrom('blend_part')
    .select(['rung', 'model_digest as model', 'weight'])
    .where('run_id', '=', one.run_id)
    .where('partition_id', '=', one.partition_id)
    .orderBy('number')
    .execute();
}
