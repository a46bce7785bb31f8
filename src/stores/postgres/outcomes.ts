import type { Kysely } from 'kysely';
import { asJson } from '../../domain/json.ts';
import { digestJson } from '../../frame/digest.ts';
import type { Choice } from '../../partition/choice.ts';
import type { EvaluateFacts, Interval, SideScores } from '../../partition/evaluate-facts.ts';
import { type EvaluatedPartition, GLOBAL_PARTITION } from '../run-records.ts';
import type { RunStore } from '../run-store.ts';
import { insertBlends, knowBlends } from './blends.ts';
import type { Database } from './database.ts';
import { knowObjects } from './objects.ts';
import { evaluateFactsFromRow, totalsFactsFromRow } from './older-facts.ts';
import { recordStep } from './record-step.ts';
import { insertRows } from './rows.ts';
import { insertStepIo } from './step-io.ts';

type Outcomes = Pick<RunStore, 'recordEvaluation' | 'recordChoice' | 'recordReport' | 'totals'>;

export function outcomeRecords(db: Kysely<Database>): Outcomes {
  return {
    async recordEvaluation(runId, number, evaluated, attempt) {
      const outputDigest = digestJson(asJson(evaluated));
      const step = { runId, stage: 'evaluate', scope: 'own', batch: number, attempt } as const;
      await recordStep(db, { ...step, outputDigest }, async (transaction, stepId) => {
        await insertEvaluations(transaction, runId, stepId, evaluated);
        await insertMetrics(transaction, runId, evaluated);
      });
    },

    async recordChoice(runId, chosen, totals, attempt) {
      const outputDigest = digestJson(asJson({ chosen, totals }));
      const step = { runId, stage: 'choose', scope: 'own', batch: 0, attempt } as const;
      await recordStep(db, { ...step, outputDigest }, async (transaction, stepId) => {
        await knowBlends(transaction, chosen);
        await insertChoices(transaction, runId, stepId, chosen);
        await insertBlends(transaction, runId, chosen);
        await insertRows(
          transaction,
          'run_totals',
          { run_id: 'uuid', step_id: 'bigint', totals: 'json' },
          [{ run_id: runId, step_id: stepId, totals }],
        );
      });
    },

    async recordReport(runId, { html, json, byteSizes }, attempt) {
      // A report tells how long the run took, so two attempts differ for good reason.
      const step = { runId, stage: 'report', scope: 'own', batch: 0, attempt } as const;
      await recordStep(db, { ...step, outputDigest: null }, async (transaction, stepId) => {
        await knowObjects(transaction, [
          { digest: html, kind: 'report', byteSize: byteSizes[0] ?? null },
          { digest: json, kind: 'report', byteSize: byteSizes[1] ?? null },
        ]);
        await insertRows(
          transaction,
          'run_report',
          { run_id: 'uuid', step_id: 'bigint', html_digest: 'digest', json_digest: 'digest' },
          [{ run_id: runId, step_id: stepId, html_digest: html, json_digest: json }],
        );
        await insertStepIo(transaction, stepId, runId, [
          { direction: 'out', role: 'html', digest: html },
          { direction: 'out', role: 'json', digest: json },
        ]);
      });
    },

    async totals(runId) {
      const row = await db
        .selectFrom('run_totals')
        .select('totals')
        .where('run_id', '=', runId)
        .executeTakeFirst();
      const global = await db
        .selectFrom('evaluation')
        .select('facts')
        .where('run_id', '=', runId)
        .where('partition_id', '=', GLOBAL_PARTITION)
        .executeTakeFirst();
      return {
        global: global === undefined ? null : evaluateFactsFromRow(global.facts),
        totals: row === undefined ? null : totalsFactsFromRow(row.totals),
      };
    },
  };
}

async function insertEvaluations(
  db: Kysely<Database>,
  runId: string,
  stepId: number,
  evaluated: readonly EvaluatedPartition[],
): Promise<void> {
  await insertRows(
    db,
    'evaluation',
    {
      run_id: 'uuid',
      partition_id: 'text',
      step_id: 'bigint',
      facts: 'json',
      difference: 'score',
      difference_low: 'score',
      difference_high: 'score',
      p_value: 'score',
    },
    evaluated.map(({ partitionId, facts }) => ({
      run_id: runId,
      partition_id: partitionId,
      step_id: stepId,
      facts,
      difference: facts.comparison?.difference ?? null,
      difference_low: facts.comparison?.interval.low ?? null,
      difference_high: facts.comparison?.interval.high ?? null,
      p_value: facts.comparison?.pValue ?? null,
    })),
  );
}

async function insertMetrics(
  db: Kysely<Database>,
  runId: string,
  evaluated: readonly EvaluatedPartition[],
): Promise<void> {
  const { metric } = await db
    .selectFrom('run')
    .innerJoin('spec', 'spec.digest', 'run.spec_digest')
    .select('spec.metric')
    .where('run.id', '=', runId)
    .executeTakeFirstOrThrow();
  await insertRows(
    db,
    'metric',
    {
      run_id: 'uuid',
      partition_id: 'text',
      scope: 'text',
      split: 'text',
      name: 'text',
      value: 'score',
      because: 'text',
      low: 'score',
      high: 'score',
      row_count: 'bigint',
    },
    evaluated.flatMap(({ partitionId, facts }) =>
      scoreRows(facts).map((row) => ({
        ...row,
        run_id: runId,
        partition_id: partitionId,
        name: metric,
      })),
    ),
  );
}

type ScoreRow = Omit<Database['metric'], 'run_id' | 'partition_id' | 'name'>;

function scoreRows(facts: EvaluateFacts): readonly ScoreRow[] {
  const sides = { own: facts.own, parent: facts.parent?.scores ?? null, global: facts.global };
  return (['own', 'parent', 'global'] as const).flatMap((scope) => {
    const side = sides[scope];
    return side === null ? [] : sideRows(scope, side);
  });
}

function sideRows(scope: ScoreRow['scope'], side: SideScores): readonly ScoreRow[] {
  const row = (
    split: ScoreRow['split'],
    score: SideScores['cv'],
    interval: Interval | null,
    rows: number,
  ): ScoreRow => ({
    scope,
    split,
    value: score.value,
    because: score.value === null ? score.because : null,
    low: interval?.low ?? null,
    high: interval?.high ?? null,
    row_count: rows,
  });
  return [
    row('cv', side.cv, side.cvInterval, side.cvRows),
    row('holdout', side.holdout, side.holdoutInterval, side.holdoutRows),
  ];
}

async function insertChoices(
  db: Kysely<Database>,
  runId: string,
  stepId: number,
  chosen: readonly Choice[],
): Promise<void> {
  await insertRows(
    db,
    'choice',
    {
      run_id: 'uuid',
      partition_id: 'text',
      step_id: 'bigint',
      status: 'text',
      reason: 'text',
      verdict: 'text',
      adjusted_p_value: 'score',
      model_digest: 'digest',
    },
    chosen.map(({ partitionId, status, reason, verdict, adjustedPValue, model }) => ({
      run_id: runId,
      partition_id: partitionId,
      step_id: stepId,
      status,
      reason,
      verdict,
      adjusted_p_value: adjustedPValue,
      model_digest: model,
    })),
  );
}
