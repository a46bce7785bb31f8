import { Failure } from '../domain/failure.ts';
import type { Scope } from '../domain/run.ts';
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
  storedLayers,
} from '../partition/predictions.ts';
import { foldsOfRepeats, repeatsOf, rowsOfRepeat } from '../partition/repeats.ts';
import { predictedRows } from '../partition/truth.ts';
import type { ObjectStore } from '../stores/object-store.ts';
import { type PackMember, rowsOfMember } from '../stores/objects/pack.ts';
import type { PartitionRecord, RunPlan, RunRecord } from '../stores/run-records.ts';
import type { RunStore } from '../stores/run-store.ts';
import { type TrainedModel, trainedModel } from '../stores/trained-model.ts';
import type { OperationContext } from './context.ts';
import { type JudgedRows, predictionColumns, sourceColumns } from './prediction-columns.ts';
import type { PredictionsRequest } from './requests.ts';
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
  const table = await createTableFile(request.out, columns, request);
  const reader = await openSnapshot(await objects.path(snapshot.parquet));
  try {
    const stored = await objects.get(plan.folds);
    const rowsOfTable = { rowCount: stored.length / repeatsOf(run.spec), columns: [] };
    const folds = foldsOfRepeats({ frame: rowsOfTable, folds: stored }, run.spec);
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
  /** One byte per snapshot row, for each repeat. */
  readonly folds: readonly Uint8Array[];
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
  const { ranges, decision, text: partition } = record;
  if (decision.kind === 'merge') return [];
  const { frame } = await reader.read(ranges, sourceColumns(run.spec));
  const folds = source.folds.map((ofTable) =>
    Buffer.concat(ranges.map(({ start, count }) => ofTable.subarray(start, start + count))),
  );
  const judgedBy = async (scope: Scope, model: TrainedModel, members: readonly PackMember[]) =>
    (await judge(source, model, members, folds)).map(
      (one): JudgedRows => ({ partition, frame, scope, ...one }),
    );
  const membersOf = ({ facts, predictions }: TrainedModel, rows: typeof ranges) => {
    const layers = storedLayers(facts.candidates.length, repeatsOf(run.spec));
    return rowsOfMember(predictions, rows, bytesPerRow(layers, outputWidth(plan.classes)));
  };
  const judged: JudgedRows[] = [];
  const own = trainedModel(record.trained);
  if (own !== null) judged.push(...(await judgedBy('own', own, [own.predictions])));
  const { id = '' } = parentOfPlanned(record, run.spec.partition.parents) ?? {};
  const parent = source.parents.get(id);
  if (parent !== undefined) {
    const members = membersOf(parent.model, rangesWithin(parent.places, ranges));
    judged.push(...(await judgedBy('parent', parent.model, members)));
  }
  if (global !== null)
    judged.push(...(await judgedBy('global', global, membersOf(global, ranges))));
  return judged;
}

type Judged = Omit<JudgedRows, 'partition' | 'frame' | 'scope'>;

/** What the model says of the rows that it is judged by: of the holdout what ships, else its best candidate's folds. */
async function judge(
  { run, plan, objects, split }: Source,
  { facts: { candidates, best } }: TrainedModel,
  members: readonly PackMember[],
  folds: readonly Uint8Array[],
): Promise<readonly Judged[]> {
  const parts = members.map(({ pack, offset, length }) => objects.getRange(pack, offset, length));
  const bytes = Buffer.concat(await Promise.all(parts));
  const repeats = repeatsOf(run.spec);
  const layers = candidates.length + 1;
  const stored = predictionsFromBytes(bytes, layers, outputWidth(plan.classes), repeats);
  const isHoldout = split === 'holdout';
  const layer = isHoldout ? candidates.length : best;
  const algorithm = candidates[best]?.algorithm ?? null;
  return folds.slice(0, isHoldout ? 1 : repeats).map((own, repeat) => {
    const asked = isHoldout ? holdoutRows(own) : outOfFoldRows(own);
    const predicted = predictedRows(stored, layer, rowsOfRepeat(asked, repeat, own.length));
    const output = readLayer(stored, layer, predicted);
    const rows = predicted.map((row) => row - repeat * own.length);
    return { rows, output, algorithm, split, folds: own, repeat };
  });
}
