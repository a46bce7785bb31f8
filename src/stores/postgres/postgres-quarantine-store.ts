import { type Kysely, sql } from 'kysely';
import { Failure } from '../../domain/failure.ts';
import type { Subject } from '../impact.ts';
import type { Quarantine, Quarantined, QuarantineStore } from '../quarantine-store.ts';
import type { AliasChange } from '../registry-store.ts';
import { ADVISORY_LOCKS } from './advisory-locks.ts';
import { appendAudit } from './append-audit.ts';
import type { Database } from './database.ts';
import { findSubject } from './find-subject.ts';
import { impactOf } from './impact.ts';
import { keptFromQuarantine } from './kept-rows.ts';
import { PREPARED } from './prepared.ts';
import { onlyRun, runsNamed } from './run-id.ts';
import { withheldOf } from './withheld.ts';

/** Keeps changes of quarantines in a table that takes new rows only. */
export function createPostgresQuarantineStore(db: Kysely<Database>): QuarantineStore {
  return {
    subject: (text, experiment) => findSubject(db, text, experiment),
    impact: (subject) => impactOf(db, subject),
    quarantine: (subject, change) => changeQuarantine(db, 'quarantine', subject, change),
    release: (subject, change) => changeQuarantine(db, 'release', subject, change),

    async quarantines(page) {
      let query = selectQuarantines(db).select('quarantine.seq').orderBy('quarantine.seq', 'desc');
      if (page !== undefined) query = query.limit(page.limit);
      if (page?.before !== undefined) query = query.where('quarantine.seq', '<', page.before);
      const rows = await query.execute();
      return rows.map((row) => ({ ...quarantineFromRow(row), place: row.seq }));
    },

    async changes({ limit, before }) {
      let query = db
        .selectFrom('quarantine_event as quarantine')
        .leftJoin('experiment', 'experiment.id', 'quarantine.experiment_id')
        .select(['quarantine.seq', 'quarantine.kind', 'quarantine.subject', 'quarantine.digest'])
        .select(['quarantine.partition', 'quarantine.actor', 'quarantine.reason'])
        .select(['quarantine.at', 'experiment.name as experiment'])
        .orderBy('quarantine.seq', 'desc')
        .limit(limit);
      if (before !== undefined) query = query.where('quarantine.seq', '<', before);
      const rows = await query.execute();
      return rows.map((row) => ({ ...quarantineFromRow(row), kind: row.kind, place: row.seq }));
    },

    withheld: (runId) => withheldOf(db, runId),
    keptFromQuarantine: (runId) => keptFromQuarantine(db, runId),

    async standing(text) {
      const { rows } = await sql<{ readonly id: string; readonly change: string }>`${PREPARED}
        select named.id, concat_ws(' ', (select max(seq) from quarantine_event),
          (select max(seq) from run_deletion_event)) as change
        from (${runsNamed(text)}) as named order by named.id`.execute(db);
      return { runId: await onlyRun(db, text, rows), change: rows[0]?.change ?? '' };
    },
  };
}

type Change = AliasChange & { readonly reason: string };

async function changeQuarantine(
  db: Kysely<Database>,
  kind: 'quarantine' | 'release',
  subject: Subject,
  change: Change,
): Promise<Quarantine> {
  const wanted = quarantinable(subject);
  return db.transaction().execute(async (transaction) => {
    // One change at a time: the second of two equal ones sees the first.
    await sql`select pg_advisory_xact_lock(${ADVISORY_LOCKS.quarantine})`.execute(transaction);
    const standing = await ofSubject(transaction, wanted);
    if (kind === 'quarantine' && standing !== undefined) return standing;
    if (kind === 'release' && standing === undefined)
      throw new Failure('not-found', `${nameOf(wanted)} is not in quarantine.`);
    const { at } = await transaction
      .insertInto('quarantine_event')
      .values({
        kind,
        subject: wanted.kind,
        ...(await columnsOf(transaction, wanted)),
        actor: change.actor,
        reason: change.reason,
      })
      .returning('at')
      .executeTakeFirstOrThrow();
    await appendAudit(transaction, {
      actor: change.actor,
      role: change.role,
      action: `quarantine.${kind === 'release' ? 'end' : 'begin'}`,
      target: targetOf(wanted),
      reason: change.reason,
    });
    return { subject: wanted, actor: change.actor, reason: change.reason, at };
  });
}

/** Throws `Failure('usage')` for what no model is served by. */
function quarantinable(subject: Subject): Quarantined {
  if (subject.kind === 'partition') {
    const { kind, text, experiment } = subject;
    if (experiment !== null) return { kind, text, experiment };
    throw new Failure(
      'usage',
      `Partition "${text}" stands in several experiments or may come to; say which: --experiment NAME.`,
    );
  }
  const { kind, digest } = subject;
  if (kind === 'model' || kind === 'rows' || kind === 'snapshot') return { kind, digest };
  throw new Failure(
    'usage',
    `${digest} is a ${kind}: only a model, rows, a snapshot or a partition can be in quarantine. \`partita impact ${digest}\` names the models that it reached.`,
  );
}

function nameOf(subject: Quarantined): string {
  if (subject.kind !== 'partition') return `The ${subject.kind} ${subject.digest}`;
  return `Partition "${subject.text}" of ${subject.experiment}`;
}

function targetOf(subject: Quarantined): { readonly [name: string]: string } {
  if (subject.kind !== 'partition') return { [subject.kind]: subject.digest };
  return { experiment: subject.experiment, partition: subject.text };
}

async function columnsOf(db: Kysely<Database>, subject: Quarantined) {
  if (subject.kind !== 'partition')
    return { digest: subject.digest, experiment_id: null, partition: null };
  const { id } = await db
    .selectFrom('experiment')
    .select('id')
    .where('name', '=', subject.experiment)
    .executeTakeFirstOrThrow();
  return { digest: null, experiment_id: id, partition: subject.text };
}

function selectQuarantines(db: Kysely<Database>) {
  return db
    .selectFrom('quarantine')
    .leftJoin('experiment', 'experiment.id', 'quarantine.experiment_id')
    .select(['quarantine.subject', 'quarantine.digest', 'quarantine.partition'])
    .select(['quarantine.actor', 'quarantine.reason', 'quarantine.at'])
    .select('experiment.name as experiment');
}

async function ofSubject(
  db: Kysely<Database>,
  subject: Quarantined,
): Promise<Quarantine | undefined> {
  const query = selectQuarantines(db).where('quarantine.subject', '=', subject.kind);
  const row = await (subject.kind === 'partition'
    ? query
        .where('quarantine.partition', '=', subject.text)
        .where('experiment.name', '=', subject.experiment)
    : query.where('quarantine.digest', '=', subject.digest)
  ).executeTakeFirst();
  return row === undefined ? undefined : quarantineFromRow(row);
}

type QuarantineRow = Awaited<
  ReturnType<ReturnType<typeof selectQuarantines>['executeTakeFirstOrThrow']>
>;

function quarantineFromRow(row: QuarantineRow): Quarantine {
  const { actor, reason, at } = row;
  return { subject: subjectFromRow(row), actor, reason, at };
}

/** The table checks which columns go with which kind. */
function subjectFromRow({ subject: kind, digest, partition, experiment }: QuarantineRow) {
  if (kind !== 'partition' && digest !== null) return { kind, digest };
  if (kind === 'partition' && partition !== null && experiment !== null)
    return { kind, text: partition, experiment };
  throw new RangeError('A quarantine names nothing.');
}
