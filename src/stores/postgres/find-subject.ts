import { type Kysely, sql } from 'kysely';
import { Failure } from '../../domain/failure.ts';
import { suggestion } from '../../domain/nearest-name.ts';
import { displayPartition, parsePartitionText } from '../../domain/partition.ts';
import type { Subject } from '../impact.ts';
import type { Database } from './database.ts';

const SCHEME = 'sha256:';
/** Fewer digits are sooner a partition's name. */
const PREFIX = /^(sha256:)?[0-9a-f]{6,64}$/i;
/** How many partition names a mistyped one is compared with. */
const KNOWN = 5_000;

/** See `QuarantineStore.subject`. */
export async function findSubject(
  db: Kysely<Database>,
  text: string,
  experiment: string | undefined,
): Promise<Subject> {
  if (experiment === undefined && PREFIX.test(text)) {
    const found = await objectsThatBegin(db, text);
    const [first, second] = found;
    if (first !== undefined && second === undefined) return asModel(db, first);
    if (first !== undefined)
      throw new Failure(
        'usage',
        `"${text}" is the beginning of several digests (${found.map(({ digest }) => digest).join(', ')}); give more of it.`,
      );
  }
  return findPartition(db, text, experiment);
}

/** A pack of one model has the model's own bytes, and so its digest: the model is meant. */
async function asModel(
  db: Kysely<Database>,
  { kind, digest }: Pick<Database['object'], 'kind' | 'digest'>,
): Promise<Subject> {
  const model = await db
    .selectFrom('model')
    .select('digest')
    .where('digest', '=', digest)
    .limit(1)
    .executeTakeFirst();
  return { kind: model === undefined ? kind : 'model', digest };
}

/** Digests are compared by bytes, so a prefix is a range of the primary key. */
async function objectsThatBegin(db: Kysely<Database>, text: string) {
  const prefix = `${SCHEME}${text.toLowerCase().replace(SCHEME, '')}`;
  return db
    .selectFrom('object')
    .select(['digest', 'kind'])
    .where(sql<boolean>`digest >= ${prefix}::text and digest <= ${`${prefix}g`}::text`)
    .orderBy('digest')
    .limit(3)
    .execute();
}

async function findPartition(
  db: Kysely<Database>,
  text: string,
  experiment: string | undefined,
): Promise<Subject> {
  if (experiment !== undefined) await checkExperiment(db, experiment);
  // Postgres text can't hold it, so nothing is called so.
  if (text.includes('\u0000')) throw new Failure('not-found', 'There is no name with U+0000.');
  let query = db
    .selectFrom('run_partition')
    .innerJoin('run', 'run.id', 'run_partition.run_id')
    .innerJoin('experiment', 'experiment.id', 'run.experiment_id')
    .where('run_partition.ordinal', '>=', 0)
    .select('run_partition.text')
    .distinct();
  if (experiment !== undefined) query = query.where('experiment.name', '=', experiment);
  const rows = await query.limit(KNOWN * 20).execute();
  const texts = rows.map((row) => row.text);
  const meant = texts.includes(text) ? [text] : texts.filter((one) => nameOf(one) === text);
  const [first, second] = meant;
  if (first !== undefined && second === undefined)
    return { kind: 'partition', text: first, experiment: experiment ?? null };
  if (first !== undefined)
    throw new Failure('usage', `"${text}" may be ${meant.join(' or ')}; give the whole text.`);
  const where = experiment === undefined ? '' : ` of experiment ${experiment}`;
  throw new Failure(
    'not-found',
    `"${text}" is no digest and no partition${where}. ${suggestion(text, texts.slice(0, KNOWN).map(nameOf))}`.trim(),
  );
}

function nameOf(text: string): string {
  return displayPartition(parsePartitionText(text), text);
}

async function checkExperiment(db: Kysely<Database>, name: string): Promise<void> {
  const rows = await db.selectFrom('experiment').select('name').execute();
  const names = rows.map((row) => row.name);
  if (names.includes(name)) return;
  throw new Failure(
    'not-found',
    `There is no experiment "${name}". ${suggestion(name, names)}`.trim(),
  );
}
