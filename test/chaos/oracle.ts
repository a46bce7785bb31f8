import type { Digest } from '../../src/domain/digest.ts';
import { queryServer } from '../../src/embedded/server-query.ts';
import { digestBytes } from '../../src/frame/digest.ts';
import { checkIntegrity } from '../../src/operations/integrity.ts';
import { createFileObjectStore } from '../../src/stores/objects/file-object-store.ts';
import { openPostgresStores } from '../../src/stores/postgres/open-stores.ts';

/** What a run is judged by: named columns without ids of runs, times and attempts. */
const JUDGED: { readonly [table: string]: readonly string[] } = {
  run_partition: ['partition_id', 'text', 'decision', 'digest'],
  training: ['partition_id', 'status', 'reason'],
  candidate: [
    'partition_id',
    'number',
    'algorithm',
    'parameters_digest',
    'seed',
    'status',
    'because',
    'cv',
    'fold_scores',
    'is_best',
  ],
  selection: ['partition_id', 'method', 'kept', 'dropped'],
  fold_selection: ['partition_id', 'document'],
  model: ['partition_id', 'digest', 'candidate', 'algorithm', 'seed', 'trained_rows', 'features'],
  evaluation: ['partition_id', 'difference', 'difference_low', 'difference_high', 'p_value'],
  metric: [
    'partition_id',
    'scope',
    'split',
    'name',
    'value',
    'because',
    'low',
    'high',
    'row_count',
  ],
  choice: ['partition_id', 'status', 'reason', 'verdict', 'adjusted_p_value', 'model_digest'],
  step: ['stage', 'scope', 'batch', 'output_digest'],
};

export type Judged = { readonly [table: string]: readonly string[] };

/** Every judged row of a run as text, sorted. */
export async function judge(url: string, runId: string): Promise<Judged> {
  const tables = Object.entries(JUDGED).map(async ([table, columns]) => {
    const rows = await queryServer(
      url,
      `select row(${columns.join(', ')})::text as row from ${table} where run_id = $1 order by 1`,
      [runId],
    );
    return [table, rows.map(({ row }) => String(row))] as const;
  });
  return Object.fromEntries(await Promise.all(tables));
}

/** Whatever of the record does not fit the rest, and models whose bytes are wrong, in words; empty when all is whole. */
export async function faults(
  url: string,
  runId: string,
  objectsFolder: string,
): Promise<readonly string[]> {
  const { stores, close } = openPostgresStores(url);
  try {
    const objects = createFileObjectStore(objectsFolder);
    const { broken } = await checkIntegrity({ ...stores, objects });
    return [
      ...broken.map(({ name, what, offenders }) => `${name}: ${what}: ${offenders.join('; ')}`),
      ...(await wrongModels(url, runId, objectsFolder)),
    ];
  } finally {
    await close();
  }
}

/** Models whose bytes are not there, or are others. */
async function wrongModels(
  url: string,
  runId: string,
  objectsFolder: string,
): Promise<readonly string[]> {
  const objects = createFileObjectStore(objectsFolder);
  const models = await queryServer(
    url,
    `select m.digest, m.pack_digest as pack, l.byte_offset::integer as at, l.byte_length::integer as length
       from model m join object_location l on l.digest = m.digest and l.pack_digest = m.pack_digest
      where m.run_id = $1`,
    [runId],
  );
  const wrong = models.map(async ({ digest, pack, at, length }) => {
    const bytes = await objects.getRange(pack as Digest, Number(at), Number(length));
    return digestBytes(bytes) === digest ? [] : [`model ${String(digest)} has other bytes`];
  });
  return (await Promise.all(wrong)).flat();
}
