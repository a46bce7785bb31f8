import { type Kysely, sql, type Transaction } from 'kysely';
import type { AuditFinding, AuditHead, AuditVerdict } from '../audit-store.ts';
import type { Database } from './database.ts';
import { alteredDocuments } from './verify-documents.ts';

/** Findings that are told; a record with more is not worth reading on. */
const TOLD = 100;
/** Bytes of a SHA-256. */
const HASH = 32;

type Record = Transaction<Database>;

/** Recomputes the chain and the rows that it vouches for, all of one moment. */
export async function verifyAudit(db: Kysely<Database>): Promise<AuditVerdict> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .execute(async (record) => {
      // A whole record may take longer than any statement of a run.
      await sql`set local statement_timeout = 0`.execute(record);
      const rows = await brokenRows(record);
      const findings = [
        ...(await brokenLinks(record)),
        ...(await brokenTail(record)),
        ...rows.findings,
        ...(await brokenRuns(record)),
        ...(await alteredDocuments(record)),
      ];
      const head = await headOf(record);
      return {
        head,
        events: await countOf(record, sql`audit_event`),
        rows: rows.count,
        unvouched: await unvouched(record),
        findings: findings.slice(0, TOLD),
      };
    });
}

/** Where the chain is said to end. */
export async function headOf(db: Kysely<Database>): Promise<AuditHead> {
  return db
    .selectFrom('audit_head')
    .select(['seq', sql<string>`encode(hash, 'hex')`.as('hash')])
    .executeTakeFirstOrThrow();
}

async function brokenLinks(record: Record): Promise<readonly AuditFinding[]> {
  const { rows } = await sql<{
    readonly seq: number;
    readonly before: number;
    readonly is_linked: boolean;
    readonly is_whole: boolean;
  }>`
    select * from (
      select seq, coalesce(lag(seq) over chain, 0) as before,
        prev_hash = coalesce(lag(hash) over chain, sha256('')) as is_linked,
        hash = sha256(prev_hash || convert_to(audit_payload(e), 'UTF8')) as is_whole
      from audit_event e window chain as (order by seq)) as linked
    where seq <> before + 1 or not is_linked or not is_whole
    order by seq limit ${TOLD}`.execute(record);
  return rows.map(({ seq, before, is_whole: isWhole }): AuditFinding => {
    if (seq !== before + 1)
      return {
        kind: 'gap',
        seq,
        message: `Events ${before + 1} to ${seq - 1} are missing before event ${seq}.`,
      };
    const what = isWhole ? 'does not follow from the one before it' : 'was changed';
    return { kind: 'event', seq, table: 'audit_event', message: `Event ${seq} ${what}.` };
  });
}

async function brokenTail(record: Record): Promise<readonly AuditFinding[]> {
  const head = await headOf(record);
  const last = await record
    .selectFrom('audit_event')
    .select(['seq', sql<string>`encode(hash, 'hex')`.as('hash')])
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst();
  const end = last?.seq ?? 0;
  if (head.seq === end && (last === undefined || last.hash === head.hash)) return [];
  const message =
    head.seq > end
      ? `The chain ends at event ${end}, but event ${head.seq} was written: its tail was cut off.`
      : `The chain ends at event ${end}, but its recorded end is event ${head.seq}.`;
  return [{ kind: 'tail', seq: end, table: 'audit_event', message }];
}

type Vouched = { readonly seq: number; readonly step: number; readonly is_root: boolean };

/** The rows of every step, against the hashes of its event. */
async function brokenRows(
  record: Record,
): Promise<{ readonly count: number; readonly findings: readonly AuditFinding[] }> {
  const { rows: events } = await sql<Vouched>`
    select e.seq, (e.target ->> 'step')::bigint as step,
      e.rows_root is not distinct from (
        select audit_root(coalesce(array_agg(table_name), '{}'), coalesce(array_agg(hashes), '{}'))
        from audit_rows where seq = e.seq) as is_root
    from audit_event e where e.action = 'step.recorded' order by e.seq`.execute(record);
  const findings: AuditFinding[] = [];
  for (const event of events) {
    if (findings.length >= TOLD) break;
    if (!event.is_root)
      findings.push({
        kind: 'event',
        seq: event.seq,
        table: 'audit_rows',
        message: `The hashes that event ${event.seq} vouches for were changed.`,
      });
    findings.push(...(await brokenRowsOf(record, event)));
  }
  const { rows } = await sql<{ readonly count: number }>`
    select coalesce(sum(length(hashes)) / ${HASH}, 0)::bigint as count from audit_rows`.execute(
    record,
  );
  return { count: rows[0]?.count ?? 0, findings };
}

async function brokenRowsOf(
  record: Record,
  { seq, step }: Vouched,
): Promise<readonly AuditFinding[]> {
  const { rows: tables } = await sql<{ readonly table: string; readonly hashes: Buffer | null }>`
    select coalesce(vouched.table_name, found.table_name) as table, vouched.hashes
    from (select table_name, hashes from audit_rows where seq = ${seq}) as vouched
    full join audited_tables(${step}::bigint) as found using (table_name)
    where vouched.hashes is distinct from found.hashes`.execute(record);
  const findings: AuditFinding[] = [];
  for (const { table, hashes } of tables) {
    const { rows } = await sql<{ readonly row: string; readonly hash: Buffer }>`
      select row_key as row, hash from audited_rows(${step}::bigint) where table_name = ${table}
      order by row_key collate "C", hash`.execute(record);
    findings.push(...differences(seq, table, hashes ?? Buffer.alloc(0), rows));
  }
  return findings;
}

/** Rows whose hash nobody vouches for were changed or added; hashes that no row has are of rows that were taken away. */
function differences(
  seq: number,
  table: string,
  vouched: Buffer,
  rows: readonly { readonly row: string; readonly hash: Buffer }[],
): readonly AuditFinding[] {
  const left = new Map<string, number>();
  for (let at = 0; at < vouched.length; at += HASH) {
    const hash = vouched.toString('hex', at, at + HASH);
    left.set(hash, (left.get(hash) ?? 0) + 1);
  }
  const strange = rows.filter(({ hash }) => {
    const count = left.get(hash.toString('hex')) ?? 0;
    left.set(hash.toString('hex'), count - 1);
    return count <= 0;
  });
  const missing = vouched.length / HASH - rows.length;
  const kind = 'row' as const;
  const found = strange.map(({ row }): AuditFinding => {
    const message = `Row ${row} of table ${table} is not as event ${seq} recorded it.`;
    return { kind, seq, table, row, message };
  });
  if (missing === 0) return found;
  const count = Math.abs(missing);
  const how = missing > 0 ? 'were taken from' : 'were added to';
  const message = `${count} row${count === 1 ? '' : 's'} ${how} what event ${seq} recorded in table ${table}.`;
  return [...found, { kind, seq, table, message }];
}

/** Every run against the event that made it, and against the newest one that says how it stands. */
async function brokenRuns(record: Record): Promise<readonly AuditFinding[]> {
  const { rows } = await sql<{ readonly run: string; readonly seq: number; readonly what: string }>`
    with told as (
      select distinct on (run, what) seq, (target ->> 'run')::uuid as run, after::text as after, what
      from (select *, case action when 'run.created' then 'was asked for' else 'stands' end as what
        from audit_event where action in ('run.created', 'run.status', 'run.alarm')) as events,
        lateral (select target ->> 'run') as of (run)
      order by run, what, seq desc)
    select told.run::text as run, seq, what from told left join run on run.id = told.run
    where told.after is distinct from case what
      when 'stands' then audited_state(told.run)::text else audited_run(told.run)::text end
    limit ${TOLD}`.execute(record);
  return rows.map(({ run, seq, what }) => ({
    kind: 'run',
    seq,
    table: 'run',
    row: run,
    message: `Run ${run} is not what event ${seq} says: how it ${what} was changed.`,
  }));
}

async function unvouched(record: Record): Promise<number> {
  const runs = await countOf(
    record,
    sql`run where not exists (select from audit_event
      where action = 'run.created' and target ->> 'run' = run.id::text)`,
  );
  const steps = await countOf(
    record,
    sql`step where stage not in ('features', 'select') and not exists (select from audit_event
      where action = 'step.recorded' and target ->> 'step' = step.id::text)`,
  );
  return runs + steps;
}

async function countOf(record: Record, of: ReturnType<typeof sql>): Promise<number> {
  const { rows } = await sql<{ readonly count: number }>`
    select count(*) as count from ${of}`.execute(record);
  return rows[0]?.count ?? 0;
}
