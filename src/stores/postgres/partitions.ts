import type { Kysely } from 'kysely';
import { Failure } from '../../domain/failure.ts';
import { suggestion } from '../../domain/nearest-name.ts';
import { displayPartition, parsePartitionText, partitionText } from '../../domain/partition.ts';
import type { EvaluateFacts } from '../../partition/evaluate-facts.ts';
import type { PartitionRecord } from '../run-records.ts';
import type { RunStore } from '../run-store.ts';
import { blendsOf } from './blends.ts';
import type { Database } from './database.ts';
import { evaluateFactsFromRow } from './older-facts.ts';
import {
  chosenFromRow,
  GLOBAL_ORDINAL,
  plannedFromRow,
  selectPlanned,
  selectTrainable,
  selectTraining,
  trainedFromRow,
} from './partition-record.ts';
import { anyOf } from './rows.ts';

type Partitions = Pick<RunStore, 'partitions' | 'partition' | 'parents'>;

/** Partitions that are in memory at once. */
const PAGE = 200;
/** How many partition names a mistyped one is compared with. */
const KNOWN = 5_000;

export function partitionQueries(db: Kysely<Database>): Partitions {
  return {
    async *partitions(runId) {
      let after = -1;
      for (;;) {
        const page = await selectPage(db, runId)
          .where('run_partition.ordinal', '>', after)
          .limit(PAGE)
          .execute();
        yield* await recordsFromRows(db, runId, page);
        const last = page.at(-1);
        if (last === undefined || page.length < PAGE) return;
        after = last.ordinal;
      }
    },

    async partition(runId, textOrKey) {
      const names = await namesOf(db, runId, textOrKey);
      const rows = await selectPage(db, runId)
        .where('run_partition.text', '=', anyOf(names))
        .execute();
      const named = names.map((name) => rows.find(({ text }) => text === name));
      const [record] = await recordsFromRows(
        db,
        runId,
        named.filter((row) => row !== undefined).slice(0, 1),
      );
      if (record !== undefined) return record;
      throw await notFound(db, runId, textOrKey);
    },

    async parents(runId, ids) {
      let select = selectTrainable(db, runId)
        .where('run_partition.ordinal', '<', GLOBAL_ORDINAL)
        .select('run_partition.digest')
        .orderBy('run_partition.ordinal', 'desc');
      if (ids !== undefined) select = select.where('run_partition.partition_id', '=', anyOf(ids));
      return recordsFromRows(db, runId, await select.execute());
    },
  };
}

function selectPage(db: Kysely<Database>, runId: string) {
  return selectPlanned(db, runId).select('run_partition.digest').orderBy('run_partition.ordinal');
}

type PageRow = Awaited<ReturnType<ReturnType<typeof selectPage>['executeTakeFirstOrThrow']>>;

/** Everything known of a page of partitions: a query per table, not a join of all of them. */
async function recordsFromRows(
  db: Kysely<Database>,
  runId: string,
  page: readonly PageRow[],
): Promise<readonly PartitionRecord[]> {
  if (page.length === 0) return [];
  const partitionIds = page.map((row) => row.partition_id);
  const ids = anyOf(partitionIds);
  const [profiles, trainings, evaluations, choices, blends] = await Promise.all([
    factsById(db, 'profile', runId, ids),
    selectTraining(db, runId).where('training.partition_id', '=', ids).execute(),
    factsById(db, 'evaluation', runId, ids),
    db
      .selectFrom('choice')
      .selectAll()
      .where('run_id', '=', runId)
      .where('partition_id', '=', ids)
      .execute(),
    blendsOf(db, runId, partitionIds),
  ]);
  const trained = new Map(trainings.map((row) => [row.partition_id, trainedFromRow(row)]));
  const chosen = new Map(
    choices.map((row) => {
      const { partition_id: id } = row;
      return [id, chosenFromRow(row, blends.get(id))];
    }),
  );
  return page.map((row) => ({
    ...plannedFromRow(row),
    digest: row.digest,
    profile: profiles.get(row.partition_id) ?? null,
    trained: trained.get(row.partition_id) ?? null,
    evaluated: evaluatedOf(evaluations.get(row.partition_id)),
    chosen: chosen.get(row.partition_id) ?? null,
  }));
}

function evaluatedOf(facts: EvaluateFacts | undefined): EvaluateFacts | null {
  return facts === undefined ? null : evaluateFactsFromRow(facts);
}

async function factsById<Table extends 'profile' | 'evaluation'>(
  db: Kysely<Database>,
  table: Table,
  runId: string,
  ids: ReturnType<typeof anyOf>,
): Promise<ReadonlyMap<string, Database[Table]['facts']>> {
  const rows = await db
    .selectFrom<'profile' | 'evaluation'>(table)
    .select(['partition_id', 'facts'])
    .where('run_id', '=', runId)
    .where('partition_id', '=', ids)
    .execute();
  return new Map(rows.map((row) => [row.partition_id, row.facts as Database[Table]['facts']]));
}

/** The texts that the user may mean, the likeliest first: canonical text, or the bare value of a key of one column. */
async function namesOf(
  db: Kysely<Database>,
  runId: string,
  textOrKey: string,
): Promise<readonly string[]> {
  const { document: spec } = await db
    .selectFrom('run')
    .innerJoin('spec', 'spec.digest', 'run.spec_digest')
    .select('spec.document')
    .where('run.id', '=', runId)
    .executeTakeFirstOrThrow();
  const columns = spec.partition.by;
  if (columns.length !== 1) return [textOrKey];
  const bare = partitionText(columns, [textOrKey]);
  const isNull = textOrKey === displayPartition({ key: null }, '');
  return [textOrKey, bare, ...(isNull ? [partitionText(columns, [null])] : [])];
}

async function notFound(db: Kysely<Database>, runId: string, textOrKey: string): Promise<Failure> {
  const rows = await db
    .selectFrom('run_partition')
    .select('text')
    .where('run_id', '=', runId)
    .where('ordinal', '>=', 0)
    .orderBy('ordinal')
    .limit(KNOWN)
    .execute();
  const names = rows.map(({ text }) => displayPartition(parsePartitionText(text), text));
  return new Failure(
    'not-found',
    `Run ${runId} has no partition "${textOrKey}". ${suggestion(textOrKey, names)}\`partita report ${runId}\` lists them.`,
  );
}
