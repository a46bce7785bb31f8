import { isFailure } from '../domain/failure.ts';
import { isLowerBetter } from '../domain/metric.ts';
import type { EvaluateFacts } from '../partition/evaluate-facts.ts';
import type { TrainFacts } from '../partition/train-facts.ts';
import { baselineScore } from '../report/baseline-score.ts';
import type { CardFacts, CardModel } from '../report/card/card-facts.ts';
import { cardHtml, cardMarkdown } from '../report/card/render-card.ts';
import { trainFacts } from '../report/partition-row.ts';
import { sourceName } from '../sources/source-name.ts';
import type { ModelLineage, ModelMaking } from '../stores/lineage-store.ts';
import type { PartitionRecord, RunRecord } from '../stores/run-records.ts';
import { refuseBlend } from './blend-refusal.ts';
import type { OperationContext } from './context.ts';
import { cardOfBytes, withheldReason } from './model-card.ts';
import type { CardFormat } from './requests.ts';

type Context = Pick<
  OperationContext,
  'runs' | 'lineage' | 'objects' | 'annotations' | 'quarantine' | 'registry'
>;

/** Everything that a reviewer asks of a model, in one document. Takes a digest or a unique beginning of it. */
export async function modelReview(
  context: Context,
  prefix: string,
  format: CardFormat,
): Promise<string> {
  const facts = await cardFacts(context, prefix);
  if (format === 'json') return JSON.stringify(facts);
  return format === 'html' ? cardHtml(facts) : cardMarkdown(facts);
}

/** From the record alone, but for what the model's bytes tell. Throws `Failure('not-found')`. */
export async function cardFacts(context: Context, prefix: string): Promise<CardFacts> {
  const { lineage, annotations, quarantine, runs } = context;
  const found = await lineage.lineageOfModel(prefix);
  refuseBlend(found, 'card');
  const { model, byteSize, makings, makingCount, uses, useCount } = found;
  const [made] = makings;
  if (made === undefined) throw new RangeError(`Model ${model} was made by nothing.`);
  const run = await runs.run(made.runId);
  const { training, evaluated } = await workOf(context, made);
  const [ofModel, ofRun, withheld, touched, sameRows] = await Promise.all([
    annotations.annotations({ kind: 'model', model }),
    annotations.annotations({ kind: 'run', runId: made.runId }),
    withheldReason(quarantine, found),
    quarantine.impact({ kind: 'model', digest: model }),
    quarantine.impact({
      kind: made.scope === 'global' ? 'snapshot' : 'rows',
      digest: made.data.rows,
    }),
  ]);
  return {
    model,
    byteSize,
    said: { model: ofModel, run: ofRun },
    withheld,
    made,
    source: await sourceOf(made, run),
    lineage: { makingCount, uses, useCount },
    question: questionOf(run),
    bytes: await bytesOf(context, found),
    rows: training?.rows ?? null,
    selection: training?.selection ?? null,
    scores: evaluated?.own ?? null,
    choice: choiceOf(made, run, training, evaluated),
    aliases: touched.aliases,
    promotions: await promotionsOf(context, made),
    sameRows: {
      runs: sameRows.counts.runs,
      models: sameRows.counts.models,
      aliases: sameRows.aliases,
    },
    reproductions: await lineage.reproductionsOf(made.runId),
  };
}

/** Of a table also on which server. */
async function sourceOf(
  { data: { source } }: ModelMaking,
  { spec, baseFolder }: RunRecord,
): Promise<string> {
  if (source.kind === 'postgres') return `${source.kind} ${source.location}`;
  return sourceName(spec.data.source, baseFolder);
}

type Work = { readonly training: TrainFacts | null; readonly evaluated: EvaluateFacts | null };

/** Of the model without partition, the scores on every row that it scored stand where own scores stand elsewhere. */
async function workOf({ runs }: Context, made: ModelMaking): Promise<Work> {
  if (made.scope !== 'global') {
    const { trained, evaluated } = await recordOf(runs, made);
    return { training: trainFacts(trained), evaluated };
  }
  const training = trainFacts(await runs.globalTraining(made.runId));
  const { totals } = await runs.totals(made.runId);
  if (totals === null) return { training, evaluated: null };
  const own = totals.globalEverywhere;
  return { training, evaluated: { own, global: null, comparison: null, plots: null } };
}

async function recordOf(
  runs: Context['runs'],
  { scope, runId, partition, partitionId }: ModelMaking,
): Promise<Pick<PartitionRecord, 'trained' | 'evaluated'>> {
  if (scope === 'own') return runs.partition(runId, partition);
  const [parent] = await runs.parents(runId, [partitionId]);
  return parent ?? { trained: null, evaluated: null };
}

function questionOf({ spec }: RunRecord): CardFacts['question'] {
  const { target, partition, validate, metric, tune } = spec;
  return { target, partition, validate, metric, tune };
}

function choiceOf(
  { candidates }: ModelMaking,
  { spec: { metric } }: RunRecord,
  training: TrainFacts | null,
  evaluated: EvaluateFacts | null,
): CardFacts['choice'] {
  const sign = isLowerBetter(metric) ? -1 : 1;
  const best = candidates.find(({ isBest }) => isBest)?.cv ?? null;
  const [runnerUp] = candidates
    .flatMap(({ algorithm, parameters, cv, isBest }) =>
      isBest || cv === null ? [] : [{ algorithm, parameters, cv }],
    )
    .sort((a, b) => sign * (b.cv - a.cv));
  return {
    runnerUp: runnerUp ?? null,
    margin: runnerUp === undefined || best === null ? null : sign * (best - runnerUp.cv),
    comparison: evaluated?.comparison ?? null,
    metric,
    baseline: training === null ? null : baselineScore(training),
  };
}

/** Null where the bytes are gone or changed: the record is the card, not they. */
async function bytesOf({ objects }: Context, found: ModelLineage): Promise<CardModel | null> {
  try {
    const { columns, importance, classes } = await cardOfBytes(objects, found);
    return { columns, importance, classes };
  } catch (error) {
    if (isFailure(error)) return null;
    throw error;
  }
}

async function promotionsOf(
  { registry }: Context,
  { experiment, runId }: ModelMaking,
): Promise<CardFacts['promotions']> {
  const names = await registry.aliases({ experiment });
  const histories = await Promise.all(
    names.map(({ alias }) => registry.history(experiment, alias)),
  );
  return histories.flat().filter((event) => event.runId === runId);
}
