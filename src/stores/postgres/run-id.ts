import type { Kysely } from 'kysely';
import { Failure } from '../../domain/failure.ts';
import { suggestion } from '../../domain/nearest-name.ts';
import type { Database } from './database.ts';

const LOWEST = '00000000-0000-0000-0000-000000000000';
const HIGHEST = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** How many recent runs a mistyped id is compared with. */
const KNOWN = 200;

/**
 * The full id of the run that `text` names, by its id, the beginning of it, or `EXPERIMENT@ALIAS`. Throws `Failure('not-found')` with the
 * nearest id, `Failure('usage')` when several runs begin so.
 */
export async function findRunId(db: Kysely<Database>, text: string): Promise<string> {
  if (text.includes('@')) return runOfAlias(db, text);
  const prefix = text.toLowerCase();
  const found = await runsThatBegin(db, prefix);
  const [first, second] = found;
  if (first === undefined) throw await notFound(db, text);
  if (second === undefined || first === prefix) return first;
  throw new Failure(
    'usage',
    `"${text}" is the beginning of several runs (${found.join(', ')}); give more of the id.`,
  );
}

/** `asset-status@champion`: the run whose model set answers to that name. */
async function runOfAlias(db: Kysely<Database>, text: string): Promise<string> {
  const at = text.lastIndexOf('@');
  const row = await db
    .selectFrom('alias')
    .innerJoin('experiment', 'experiment.id', 'alias.experiment_id')
    .where('experiment.name', '=', text.slice(0, at))
    .where('alias.alias', '=', text.slice(at + 1))
    .select('alias.run_id')
    .executeTakeFirst();
  if (row !== undefined) return row.run_id;
  throw new Failure(
    'not-found',
    `No run answers to "${text}". \`partita aliases\` lists the names, \`partita promote RUN\` gives one.`,
  );
}

/** Ids sort as their hex digits do, so a prefix is a range of the primary key. */
async function runsThatBegin(db: Kysely<Database>, prefix: string): Promise<readonly string[]> {
  const first = `${prefix}${LOWEST.slice(prefix.length)}`;
  const last = `${prefix}${HIGHEST.slice(prefix.length)}`;
  if (prefix === '' || !UUID.test(first)) return [];
  const rows = await db
    .selectFrom('run')
    .select('id')
    .where('id', '>=', first)
    .where('id', '<=', last)
    .orderBy('id')
    .limit(3)
    .execute();
  return rows.map(({ id }) => id);
}

async function notFound(db: Kysely<Database>, text: string): Promise<Failure> {
  const recent = await db
    .selectFrom('run')
    .select('id')
    .orderBy('id', 'desc')
    .limit(KNOWN)
    .execute();
  const ids = recent.map(({ id }) => id);
  return new Failure(
    'not-found',
    `There is no run "${text}". ${suggestion(text, ids)}\`partita runs ls\` lists them.`,
  );
}
