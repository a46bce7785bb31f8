import type { Kysely } from 'kysely';
import { Failure, isFailure } from '../../domain/failure.ts';
import type { Annotated, AnnotationStore, Annotations } from '../annotation-store.ts';
import { appendAudit } from './append-audit.ts';
import type { Database } from './database.ts';
import { findModelDigest } from './model-digest.ts';
import { findRunId } from './run-id.ts';

export function createPostgresAnnotationStore(db: Kysely<Database>): AnnotationStore {
  return {
    annotated: (text) => findAnnotated(db, text),

    async annotate(of, annotation, by) {
      const name = annotation.kind === 'note' ? null : annotation.name;
      const text = annotation.kind === 'untag' ? '' : annotation.text;
      await db.transaction().execute(async (transaction) => {
        const subject = columnsOf(of);
        await transaction
          .insertInto('annotation')
          .values({ ...subject, kind: annotation.kind, name, text, actor: by.actor })
          .execute();
        await appendAudit(transaction, {
          actor: by.actor,
          role: by.role,
          action: `annotate.${annotation.kind}`,
          target: of.kind === 'run' ? { run: of.runId } : { model: of.model },
          after: { name, text },
          reason: by.reason,
        });
      });
      return annotationsOf(db, of);
    },

    annotations: (of) => annotationsOf(db, of),
  };
}

function columnsOf(of: Annotated) {
  return of.kind === 'run'
    ? { run_id: of.runId, model_digest: null }
    : { run_id: null, model_digest: of.model };
}

async function annotationsOf(db: Kysely<Database>, of: Annotated): Promise<Annotations> {
  const { run_id: runId, model_digest: model } = columnsOf(of);
  const rows = await db
    .selectFrom('annotation')
    .selectAll()
    .where((where) =>
      runId === null ? where('model_digest', '=', model) : where('run_id', '=', runId),
    )
    .orderBy('seq')
    .execute();
  const newest = new Map(rows.flatMap((row) => (row.name === null ? [] : [[row.name, row]])));
  const said = ({ text, actor, at }: (typeof rows)[number]) => ({ text, actor, at });
  return {
    of,
    notes: rows.filter(({ kind }) => kind === 'note').map(said),
    tags: [...newest]
      .filter(([, { kind }]) => kind === 'tag')
      .map(([name, row]) => ({ name, ...said(row) }))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  };
}

/** Ids of runs and digests are both hex: what begins both is asked for again. */
async function findAnnotated(db: Kysely<Database>, text: string): Promise<Annotated> {
  if (/^sha256:/i.test(text)) return { kind: 'model', model: await findModelDigest(db, text) };
  const run = await orFailure(findRunId(db, text));
  if (/[-@]/.test(text)) return { kind: 'run', runId: named(run) };
  const model = await orFailure(findModelDigest(db, text));
  if (!(run instanceof Failure) && !(model instanceof Failure))
    throw new Failure('usage', `"${text}" begins run ${run} and model ${model}; give more of it.`);
  if (!(model instanceof Failure)) return { kind: 'model', model };
  return { kind: 'run', runId: named(run) };
}

function named<Name extends string>(found: Name | Failure): Name {
  if (found instanceof Failure) throw found;
  return found;
}

async function orFailure<Found>(finding: Promise<Found>): Promise<Found | Failure> {
  try {
    return await finding;
  } catch (error) {
    if (isFailure(error)) return error;
    throw error;
  }
}
