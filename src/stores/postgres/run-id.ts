import { type Kysely, type RawBuilder, sql } from 'kysely';
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
  const { rows } = await runsNamed(text).execute(db);
  return onlyRun(db, text, rows);
}

/** The runs that `text` may name, for a statement of one's own: three at most, which `onlyRun` reads. */
export function runsNamed(text: string): RawBuilder<{ readonly id: string }> {
  return text.includes('@') ? runOfAlias(text) : runsThatBegin(text.toLowerCase());
}

/** The one of `runsNamed` that is meant. Throws as `findRunId` does. */
export async function onlyRun(
  db: Kysely<Database>,
  text: string,
  found: readonly { readonly id: string }[],
): Promise<string> {
  const [first, second] = found;
  if (first === undefined) throw await notFound(db, text);
  if (second === undefined || first.id === text.toLowerCase()) return first.id;
  const ids = found.map(({ id }) => id).join(', ');
  throw new Failure(
    'usage',
    `"${text}" is the beginning of several runs (${ids}); give more of the id.`,
  );
}

/** `asset-status@champion`: the run whose model set answers to that name. */
function runOfAlias(text: string): RawBuilder<{ readonly id: string }> {
  const at = text.lastIndexOf('@');
  return sql`
    select run_id as id from alias_event
      join experiment on experiment.id = alias_event.experiment_id
      where experiment.name = ${text.slice(0, at)} and alias = ${text.slice(at + 1)}
      order by seq desc limit 1`;
}

/** Ids sort as their hex digits do, so a prefix is a range of the primary key. */
function runsThatBegin(prefix: string): RawBuilder<{ readonly id: string }> {
  const first = `${prefix}${LOWEST.slice(prefix.length)}`;
  const last = `${prefix}${HIGHEST.slice(prefix.length)}`;
  if (prefix === '' || !UUID.test(first)) return sql`select id from run where false`;
  return sql`select id from run where id >= ${first} and id <= ${last} order by id limit 3`;
}

async function notFound(db: Kysely<Database>, text: string): Promise<Failure> {
  if (text.includes('@'))
    return new Failure(
      'not-found',
      `No run answers to "${text}". \`partita aliases\` lists the names, \`partita promote RUN\` gives one.`,
    );
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
