import { type Kysely, sql, type Transaction } from 'kysely';
import { Failure } from '../../domain/failure.ts';
import { suggestion } from '../../domain/nearest-name.ts';
import type { Alias, AnswerChange, RegistryStore } from '../registry-store.ts';
import { appendAudit } from './append-audit.ts';
import type { Database } from './database.ts';
import { refuseDeleted } from './postgres-retention-store.ts';
import { findRunId } from './run-id.ts';
import { withheldAnswers } from './withheld.ts';

const LISTED = 100;

export function createPostgresRegistryStore(db: Kysely<Database>): RegistryStore {
  return {
    promote: (promotion) =>
      db.transaction().execute((transaction) => promoteRun(transaction, promotion)),

    rollback: (change) => db.transaction().execute((transaction) => rollBack(transaction, change)),

    async aliases({ experiment, limit, after } = {}) {
      let query = db
        .selectFrom('alias')
        .innerJoin('experiment', 'experiment.id', 'alias.experiment_id')
        .select(['experiment.name as experiment', 'alias.alias', 'alias.run_id as runId'])
        .select(['alias.kind', 'alias.actor', 'alias.reason', 'alias.at'])
        .orderBy('experiment.name')
        .orderBy('alias.alias');
      if (experiment !== undefined) query = query.where('experiment.name', '=', experiment);
      if (limit !== undefined) query = query.limit(limit);
      if (after !== undefined)
        query = query.where(
          sql<boolean>`(experiment.name, alias.alias) > (${after.experiment}, ${after.alias})`,
        );
      return query.execute();
    },

    history: (experiment, alias) => selectHistory(db, experiment, alias).limit(LISTED).execute(),
  };
}

function selectHistory(db: Kysely<Database>, experiment: string, alias: string) {
  return db
    .selectFrom('alias_event')
    .innerJoin('experiment', 'experiment.id', 'alias_event.experiment_id')
    .where('experiment.name', '=', experiment)
    .where('alias_event.alias', '=', alias)
    .orderBy('alias_event.seq', 'desc')
    .select(['experiment.name as experiment', 'alias_event.alias', 'alias_event.run_id as runId'])
    .select(['alias_event.kind', 'alias_event.actor', 'alias_event.reason', 'alias_event.at']);
}

type Promotion = Parameters<RegistryStore['promote']>[0];

async function promoteRun(db: Transaction<Database>, promotion: Promotion): Promise<Alias> {
  const { runId: text, alias, expected } = promotion;
  const runId = await findRunId(db, text);
  const run = await db
    .selectFrom('run')
    .innerJoin('experiment', 'experiment.id', 'run.experiment_id')
    .leftJoin('run_totals', 'run_totals.run_id', 'run.id')
    .where('run.id', '=', runId)
    .select(['experiment.id', 'experiment.name', 'run.status', 'run_totals.step_id as chosen'])
    .executeTakeFirstOrThrow();
  if (run.chosen === null)
    throw new Failure(
      'conflict',
      `Run ${runId} is ${run.status} and has chosen no models: there is nothing to promote.`,
    );
  await lockExperiment(db, run.id);
  const now = await selectHistory(db, run.name, alias).limit(1).executeTakeFirst();
  promotion.check?.(now ?? null);
  if (expected !== undefined && (now?.runId ?? null) !== expected)
    throw new Failure(
      'conflict',
      `${run.name}@${alias} stands for ${now?.runId ?? 'no run'} by now, not for ${expected ?? 'none'}; look at it again.`,
    );
  if (now?.runId === runId) return now;
  return writeAlias(
    db,
    { experimentId: run.id, kind: 'promote', runId, alias, before: now },
    promotion,
  );
}

async function rollBack(
  db: Transaction<Database>,
  change: Parameters<RegistryStore['rollback']>[0],
): Promise<Alias> {
  const { experiment: name, alias } = change;
  const experiment = await findExperiment(db, name);
  await lockExperiment(db, experiment.id);
  const events = await selectHistory(db, name, alias).execute();
  const [now] = events;
  change.check?.(now ?? null);
  if (now === undefined)
    throw new Failure('not-found', `${name}@${alias} stands for no run; promote one first.`);
  const before = runBefore(events);
  if (before === undefined)
    throw new Failure('not-found', `${name}@${alias} stood for no other run before ${now.runId}.`);
  const write = {
    experimentId: experiment.id,
    kind: 'rollback',
    runId: before,
    alias,
    before: now,
  } as const;
  return writeAlias(db, write, change);
}

/** Going back twice goes further back: a rollback undoes the promotion that it came after. Newest first. */
function runBefore(events: readonly Alias[]): string | undefined {
  const stack: string[] = [];
  for (const { kind, runId } of [...events].reverse()) {
    if (kind === 'promote') stack.push(runId);
    else stack.pop();
  }
  return stack.at(-2);
}

type AliasWrite = {
  readonly experimentId: number;
  readonly kind: Alias['kind'];
  readonly runId: string;
  readonly alias: string;
  readonly before: Alias | undefined;
};

async function writeAlias(
  db: Transaction<Database>,
  { experimentId, kind, runId, alias, before }: AliasWrite,
  { actor, role, reason, despiteQuarantine = false }: AnswerChange,
): Promise<Alias> {
  await refuseDeleted(db, runId);
  if (!despiteQuarantine) await refuseWithheld(db, runId);
  const { at, name } = await db
    .with('written', (query) =>
      query
        .insertInto('alias_event')
        .values({ experiment_id: experimentId, alias, run_id: runId, kind, actor, reason })
        .returning(['at', 'experiment_id']),
    )
    .selectFrom('written')
    .innerJoin('experiment', 'experiment.id', 'written.experiment_id')
    .select(['written.at', 'experiment.name'])
    .executeTakeFirstOrThrow();
  await appendAudit(db, {
    actor,
    role,
    reason,
    action: `alias.${kind}`,
    target: { experiment: name, alias },
    before: { run: before?.runId ?? null },
    after: { run: runId },
  });
  return { experiment: name, alias, runId, kind, actor, reason, at };
}

async function refuseWithheld(db: Kysely<Database>, runId: string): Promise<void> {
  const withheld = await withheldAnswers(db, runId);
  if (withheld === null) return;
  const { count, first, reason } = withheld;
  throw new Failure(
    'conflict',
    `Run ${runId} answers for ${count === 1 ? 'a partition' : `${count} partitions`} with models in quarantine (${first}: ${reason}). Release them, or say --despite-quarantine: the model without partition then answers where it can.`,
  );
}

/** One change of an experiment's names at a time. */
async function lockExperiment(db: Kysely<Database>, id: number): Promise<void> {
  await db.selectFrom('experiment').select('id').where('id', '=', id).forUpdate().execute();
}

async function findExperiment(
  db: Kysely<Database>,
  name: string,
): Promise<{ readonly id: number }> {
  const rows = await db.selectFrom('experiment').select(['id', 'name']).execute();
  const found = rows.find((row) => row.name === name);
  if (found !== undefined) return found;
  const hint = suggestion(
    name,
    rows.map((row) => row.name),
  );
  throw new Failure('not-found', `There is no experiment "${name}". ${hint}`.trim());
}
