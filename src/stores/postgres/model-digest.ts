import { type Kysely, sql } from 'kysely';
import type { Digest } from '../../domain/digest.ts';
import { Failure } from '../../domain/failure.ts';
import { suggestion } from '../../domain/nearest-name.ts';
import type { Database } from './database.ts';

const SCHEME = 'sha256:';
/** How many models a mistyped digest is compared with. */
const KNOWN = 1_000;

/**
 * The digest of the model that `text` names, by its digest or the beginning of it. Throws `Failure('not-found')` with
 * the nearest digest, `Failure('usage')` when several models begin so.
 */
export async function findModelDigest(db: Kysely<Database>, text: string): Promise<Digest> {
  const hex = text.toLowerCase().replace(SCHEME, '');
  const found = /^[0-9a-f]{1,64}$/.test(hex) ? await modelsThatBegin(db, `${SCHEME}${hex}`) : [];
  const [first, second] = found;
  if (first === undefined) throw await notFound(db, text, hex);
  if (second === undefined) return first;
  throw new Failure(
    'usage',
    `"${text}" is the beginning of several models (${found.join(', ')}); give more of the digest.`,
  );
}

/** Digests are compared by bytes, so a prefix is a range of the index. Blends are models, too. */
async function modelsThatBegin(db: Kysely<Database>, prefix: string): Promise<readonly Digest[]> {
  const beginning = (table: 'model' | 'blend') =>
    db
      .selectFrom<'model' | 'blend'>(table)
      .select('digest')
      .distinct()
      .where('digest', '>=', sql<Digest>`${prefix}::text`)
      .where('digest', '<=', sql<Digest>`${`${prefix}g`}::text`)
      .orderBy('digest')
      .limit(3)
      .execute();
  const rows = [...(await beginning('model')), ...(await beginning('blend'))];
  return [...new Set(rows.map(({ digest }) => digest))];
}

async function notFound(db: Kysely<Database>, text: string, hex: string): Promise<Failure> {
  const rows = await db
    .selectFrom('model')
    .select('digest')
    .distinct()
    .orderBy('digest')
    .limit(KNOWN)
    .execute();
  // People type the beginning: compare as much of each digest.
  const length = Math.max(8, hex.length);
  const known = rows.map(({ digest }) => digest.slice(SCHEME.length, SCHEME.length + length));
  return new Failure(
    'not-found',
    `There is no model "${text}". ${suggestion(hex, known)}\`partita runs show\` lists the models of a run.`,
  );
}
