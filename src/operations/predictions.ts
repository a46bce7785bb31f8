import { Failure } from '../domain/failure.ts';
import { holdoutRows, outOfFoldRows } from '../estimators/folds.ts';
import { openSnapshot, type SnapshotReader } from '../frame/snapshot-reader.ts';
import {
  type MemberPlaces,
  memberPlaces,
  parentOfPlanned,
  rangesWithin,
} from '../partition/parents.ts';
import {
  bytesPerRow,
  outputWidth,
  predictionsFromBytes,
  readLayer,
} from '../partition/predictions.ts';
import { predictedRows } from '../partition/truth.ts';
import type { ObjectStore } from '../stores/object-store.ts';
import { type PackMember, rowsOfMember } from '../stores/objects/pack.ts';
import type { PartitionRecord, RunPlan, RunRecord, RunStore } from '../stores/run-store.ts';
import { type TrainedModel, trainedModel } from '../stores/trained-model.ts';
import type { OperationContext } from './context.ts';
import { type JudgedRows, predictionColumns, sourceColumns } from './prediction-columns.ts';
import type { PredictionsRequest } from './services.ts';
import { createTableFile } from './table-file.ts';

/**
 * The stored predictions that a run was judged by, one line per row and scope: the best own candidate's, the best of
 * its parent's and the best global one's. Every score of the result can be computed again from them.
 */
export async function writePredictions(
  { runs, objects }: Pick<OperationContext, 'runs' | 'objects'>,
  request: PredictionsRequest,
): Promise<{ readonly out: string; readonly rows: number }> {
  const run = await runs.run(request.run);
  const { plan, snapshot } = run;
  if (plan === null || snapshot === null) {
    throw new Failure('not-found', `Run ${run.runId} has no predictions: it is ${run.status}.`);
  }
  const columns = predictionColumns(run.spec, plan);
  const table = await createTableFile(request.out, columns);
  const reader = await openSnapshot(objects.path(snapshot.parquet));
  try {
    const folds = await objects.get(plan.folds);
    const global = trainedModel(await runs.globalTraining(run.runId));
    const parents = await trainedParents(runs, run.runId);
    const source = { run, plan, objects, reader, folds, split: request.split, parents };
    let rows = 0;
    for await (const record of runs.partitions(run.runId)) {
      for (const judged of await judgedRows(source, record, global)) {
        const values = columns.map(({ valuesOf }) => valuesOf(judged));
        table.append(values, judged.rows.length);
        rows += judged.rows.length;
      }
    }
    await table.finish();
    return { out: request.out, rows };
  } finally {
    table.close();
    await reader.close();
  }
}

/** Where the predictions of a run come from, and which of them are asked for. */
type Source = {
  readonly run: RunRecord;
  readonly plan: RunPlan;
  readonly objects: ObjectStore;
  readonly reader: SnapshotReader;
  /** One byte per snapshot row. */
  readonly folds: Uint8Array;
  readonly split: PredictionsRequest['split'];
  /** By id. */
  readonly parents: ReadonlyMap<string, TrainedParent>;
};

type TrainedParent = { readonly model: TrainedModel; readonly places: MemberPlaces };

async function trainedParents(
  runs: Pick<RunStore, 'parents'>,
  runId: string,
): Promise<Source['parents']> {
  const records = await runs.parents(runId);
  return new Map(
    records.flatMap(({ partitionId, ranges, trained }) => {
      const model = trainedModel(trained);
      return model === null
        ? []
        : [[partitionId, { model, places: memberPlaces(ranges) }] as const];
    }),
  );
}

/**
 * One partition's rows by its own model and by the global one, which is scored on the rows of skipped partitions too. A
 * merged partition's stand with its union.
 */
async function judgedRows(
  source: Source,
  record: PartitionRecord,
  global: TrainedModel | null,
): Promise<readonly JudgedRows[]> {
  const { run, plan, reader } = source;
  const { ranges, decision } = record;
  if (decision.kind === 'merge') return [];
  const { frame } = await reader.read(ranges, sourceColumns(run.spec));
  const folds = Buffer.concat(
    ranges.map(({ start, count }) => source.folds.subarray(start, start + count)),
  );
  const rows = { partition: record.text, frame, folds };
  const judged: JudgedRows[] = [];
  const own = trainedModel(record.trained);
  if (own !== null)
    judged.push({ ...rows, scope: 'own', ...(await judge(source, own, [own.predictions], folds)) });
  const { id = '' } = parentOfPlanned(record, run.spec.partition.parents) ?? {};
  const parent = source.parents.get(id);
  if (parent !== undefined) {
    const { model, places } = parent;
    const rowBytes = bytesPerRow(model.facts.candidates.length + 1, outputWidth(plan.classes));
    const members = rowsOfMember(model.predictions, rangesWithin(places, ranges), rowBytes);
    judged.push({ ...rows, scope: 'parent', ...(await judge(source, model, members, folds)) });
  }
  if (global !== null) {
    const rowBytes = bytesPerRow(global.facts.candidates.length + 1, outputWidth(plan.classes));
    const members = rowsOfMember(global.predictions, ranges, rowBytes);
    judged.push({ ...rows, scope: 'global', ...(await judge(source, global, members, folds)) });
  }
  return judged;
}

/** What the model says of the rows that it is judged by: of the holdout what ships, else its best candidate's folds. */
async function judge(
  { plan, objects, split }: Source,
  { facts: { candidates, best } }: TrainedModel,
  members: readonly PackMember[],
  folds: Uint8Array,
): Promise<Pick<JudgedRows, 'rows' | 'output' | 'algorithm' | 'split'>> {
  const parts = members.map(({ pack, offset, length }) => objects.getRange(pack, offset, length));
  const bytes = Buffer.concat(await Promise.all(parts));
  const predictions = predictionsFromBytes(bytes, candidates.length + 1, outputWidth(plan.classes));
  const layer = split === 'holdout' ? candidates.length : best;
  const asked = split === 'holdout' ? holdoutRows(folds) : outOfFoldRows(folds);
  const rows = predictedRows(predictions, layer, asked);
  const algorithm = candidates[best]?.algorithm ?? null;
  return { rows, output: readLayer(predictions, layer, rows), algorithm, split };
}
