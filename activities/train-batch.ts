import { log } from '@temporalio/activity';
import type { Digest } from '../src/domain/digest.ts';
import type { Outcome } from '../src/engines/engine.ts';
import { runJob } from '../src/engines/job.ts';
import { winnersOf } from '../src/partition/candidate-facts.ts';
import type { PlannedPartition } from '../src/partition/condition.ts';
import type { TrainArgs, TrainResult } from '../src/partition/train-facts.ts';
import type { ObjectStore } from '../src/stores/object-store.ts';
import { isLostPack } from '../src/stores/objects/lost-pack.ts';
import { type PackMember, packMembers } from '../src/stores/objects/pack.ts';
import type { WaitingMember } from '../src/stores/objects/pack-target.ts';
import type { RunRecord, TrainedPartition } from '../src/stores/run-records.ts';
import type { RunStore } from '../src/stores/run-store.ts';
import { trainedModel } from '../src/stores/trained-model.ts';
import { type EngineScope, inEngineActivity } from './activity-scope.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { batchJob, trainArgs } from './partition-job.ts';
import { replayedSearches } from './replayed-search.ts';
import { isAlone, trainDivided } from './train-divided.ts';

export function trainBatchActivity(dependencies: ActivityDependencies) {
  const { runs, objects, engineFor } = dependencies;
  return {
    /** Features, selection and every candidate of a batch's partitions in one engine call and one commit. */
    async trainBatch(input: { readonly runId: string; readonly batch: number }): Promise<{
      readonly trained: number;
      readonly failed: number;
    }> {
      const work = async (scope: EngineScope) => {
        const { signal, attempt, bookmark } = scope;
        const run = await runs.run(input.runId);
        const partitions = await runs.plannedBatch(input.runId, 'train', input.batch);
        const tasks = await trainTasks(runs, run, partitions);
        const args = { ...trainArgs(run), ...(await warmStart(runs, run)) };
        const [sole, ...others] = partitions;
        const alone =
          sole !== undefined && others.length === 0 && isAlone(dependencies, run, sole)
            ? await trainDivided(
                dependencies,
                { run, partition: sole, args: { ...args, ...tasks[0]?.part, scope: 'own' } },
                scope,
              )
            : null;
        const call = { name: 'train', args, tasks } as const;
        const job = { ...(await batchJob(run, objects, partitions, call)), store: objects };
        const engine = await engineFor(run.spec);
        const outcomes = alone === null ? await runJob(engine, job, signal, bookmark) : [alone];
        await adoptPacks(objects, outcomes, scope);
        const trained = await keep(objects, partitions, outcomes, attempt.startedAt);
        await runs.recordTraining(input.runId, input.batch, trained, attempt);
        await tidyUp(objects, outcomes);
        return countsOf(partitions, new Map(trained.map((one) => [one.partitionId, one])));
      };
      const recorded = async () => {
        const partitions = await runs.plannedBatch(input.runId, 'train', input.batch);
        const ids = partitions.map(({ partitionId }) => partitionId);
        return countsOf(partitions, await runs.trained(input.runId, ids));
      };
      const step = { ...input, stage: 'train', scope: 'own' } as const;
      return inEngineActivity(dependencies, { step, work, recorded });
    },
  };
}

/** A task of each partition, with what an earlier run lends to it: the rounds of its search, and what it selected. */
async function trainTasks(
  runs: Pick<RunStore, 'trained' | 'takenFoldSelections'>,
  run: RunRecord,
  partitions: readonly PlannedPartition[],
) {
  const ids = partitions.map(({ partitionId }) => partitionId);
  const replays = await replayedSearches(runs, run, ids);
  const selections = await runs.takenFoldSelections(run.runId, ids);
  return partitions.map(({ partitionId, text, ranges, isParent }) => {
    const replay = replays.get(partitionId);
    const foldSelections = selections.get(partitionId);
    const scope: TrainArgs['scope'] = isParent ? 'parent' : 'own';
    return {
      partition: { id: partitionId, text, ranges },
      part: {
        scope,
        ...(replay !== undefined && { replay }),
        ...(foldSelections !== undefined && { foldSelections }),
      },
    };
  });
}

/** Of the table's partitions: parents are none. */
function countsOf(
  partitions: readonly PlannedPartition[],
  trained: ReadonlyMap<string, TrainedPartition>,
) {
  const kinds = partitions
    .filter(({ isParent }) => isParent !== true)
    .map(({ partitionId }) => trained.get(partitionId)?.kind);
  const failed = kinds.filter((kind) => kind === 'failed').length;
  return { trained: kinds.length - failed, failed };
}

/** What the model without partition found, where its winners are to be tried early; nothing where it failed. */
async function warmStart(
  runs: Pick<RunStore, 'globalTraining'>,
  { runId, spec }: RunRecord,
): Promise<Pick<TrainArgs, 'winners'>> {
  if (spec.tune.warm_start !== true) return {};
  const global = trainedModel(await runs.globalTraining(runId));
  return global === null ? {} : { winners: winnersOf(spec.metric, global.facts.candidates) };
}

/**
 * Bytes first: the batch's models and predictions become one pack each, unless executors have written them, then come the
 * rows that point to them.
 */
async function keep(
  objects: ObjectStore,
  partitions: readonly PlannedPartition[],
  outcomes: readonly Outcome<TrainResult>[],
  startedAt: string,
): Promise<readonly TrainedPartition[]> {
  const models = await putPack(objects, outcomes, 'model');
  const predictions = await putPack(objects, outcomes, 'predictions');
  return partitions.map(({ partitionId }, i): TrainedPartition => {
    const outcome = outcomes[i] as Outcome<TrainResult>;
    const common = { partitionId, startedAt, ms: outcome.ms, log: outcome.log };
    if (outcome.kind === 'failed') {
      const { reason, message, stack } = outcome;
      return {
        ...common,
        kind: 'failed',
        reason,
        message,
        ...(stack === undefined ? {} : { stack }),
      };
    }
    const member = predictions[i];
    if (member === undefined || member === null)
      throw new Error(`Training of ${partitionId} gave no predictions.`);
    const { foldSelections, ...facts } = outcome.facts;
    return {
      ...common,
      kind: 'trained',
      facts,
      model: models[i] ?? null,
      predictions: member,
      ...(foldSelections !== undefined && { foldSelections }),
    };
  });
}

/**
 * What executors left becomes the store's. Where some of it is lost, the next attempt counts on nothing of this one; where
 * the store is away, it finds all of it again.
 */
async function adoptPacks(
  objects: ObjectStore,
  outcomes: readonly Outcome<object>[],
  { forget }: EngineScope,
): Promise<void> {
  try {
    await objects.adopt(outcomes.flatMap(storedOf));
  } catch (error) {
    if (isLostPack(error)) await forget();
    throw error;
  }
}

function storedOf(outcome: Outcome<object>): readonly WaitingMember[] {
  return outcome.kind === 'ok' ? [...(outcome.stored?.values() ?? [])] : [];
}

function jobsOf(outcomes: readonly Outcome<object>[]): ReadonlySet<string> {
  return new Set(outcomes.flatMap(storedOf).map(({ job }) => job));
}

/** Of what is recorded nothing fails any more: what is left is taken away by who collects garbage. */
async function tidyUp(objects: ObjectStore, outcomes: readonly Outcome<object>[]): Promise<void> {
  for (const job of jobsOf(outcomes)) {
    try {
      await objects.dismiss(job);
    } catch (error) {
      log.warn('What executors left for a job is not taken away yet; `partita gc` does so.', {
        job,
        error: error instanceof Error ? error.message : String(error),
      });
    }
  }
}

function placeOf(member: WaitingMember | undefined): PackMember | null {
  if (member === undefined) return null;
  const { pack, offset, length } = member;
  return { pack, offset, length };
}

async function putPack(
  objects: ObjectStore,
  outcomes: readonly Outcome<object>[],
  blob: string,
): Promise<readonly (PackMember | null)[]> {
  const stored = outcomes.map((outcome) =>
    outcome.kind === 'ok' ? outcome.stored?.get(blob) : undefined,
  );
  const parts = outcomes.map((outcome) =>
    outcome.kind === 'ok' ? outcome.blobs.get(blob) : undefined,
  );
  const { bytes, members } = packMembers(parts.filter((part) => part !== undefined));
  if (members.length === 0) return stored.map(placeOf);
  const pack: Digest = await objects.put(bytes);
  let next = 0;
  return parts.map((part, i) => {
    const member = part === undefined ? undefined : members[next++];
    return member === undefined ? placeOf(stored[i]) : { pack, ...member };
  });
}
