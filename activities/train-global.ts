import { GLOBAL_TEXT } from '../src/domain/partition.ts';
import type { CandidateFacts } from '../src/partition/train-facts.ts';
import type { PackMember } from '../src/stores/objects/pack.ts';
import { GLOBAL_PARTITION, type TrainedPartition } from '../src/stores/run-records.ts';
import { type EngineScope, inEngineActivity } from './activity-scope.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { requirePlan, requireSnapshot, trainArgs, unionJob } from './partition-job.ts';
import { replayedGlobalSearch } from './replayed-search.ts';
import { type JoinedTraining, PartsTraining } from './train-parts.ts';

export function trainGlobalActivity(dependencies: ActivityDependencies) {
  const { runs, objects } = dependencies;
  return {
    /**
     * The model without partition: every candidate × fold is a task of its own, so that all threads share the biggest
     * fit; the same rows and folds as the partitions' own models.
     */
    async trainGlobal({ runId }: { readonly runId: string }): Promise<void> {
      const work = async ({ signal, bookmark, attempt }: EngineScope) => {
        const run = await runs.run(runId);
        const replay = await replayedGlobalSearch(runs, run);
        const selections = await runs.takenFoldSelections(runId, [GLOBAL_PARTITION]);
        const foldSelections = selections.get(GLOBAL_PARTITION);
        const ranges = [{ start: 0, count: requireSnapshot(run).rowCount }];
        const training = new PartsTraining(
          {
            partition: { id: GLOBAL_PARTITION, text: GLOBAL_TEXT, ranges },
            args: {
              ...trainArgs(run),
              scope: 'global',
              ...replay,
              ...(foldSelections !== undefined && { foldSelections }),
            },
            folds: await objects.get(requirePlan(run).folds),
            maxRows: run.spec.global.max_rows,
            job: (call) => unionJob(run, objects, call),
          },
          { engine: await dependencies.engineFor(run.spec), objects, signal, bookmark },
        );
        const { startedAt } = attempt;
        const trained = await keepJoined(dependencies, await training.train(), startedAt);
        await runs.recordGlobalTraining(runId, trained, attempt);
      };
      const step = { runId, stage: 'train', scope: 'global', batch: 0 } as const;
      return inEngineActivity(dependencies, { step, work, recorded: async () => undefined });
    },
  };
}

/** Bytes first. */
async function keepJoined(
  { objects }: Pick<ActivityDependencies, 'objects'>,
  joined: JoinedTraining,
  startedAt: string,
): Promise<TrainedPartition> {
  const { ms, log } = joined;
  const common = { partitionId: GLOBAL_PARTITION, startedAt, ms, log };
  if (joined.kind === 'failed') {
    const message = joined.candidates.map(failureText).join('; ');
    return { ...common, kind: 'failed', reason: 'every_candidate_failed', message };
  }
  const put = async (bytes: Uint8Array): Promise<PackMember> => ({
    pack: await objects.put(bytes),
    offset: 0,
    length: bytes.length,
  });
  const { foldSelections, ...facts } = joined.facts;
  return {
    ...common,
    kind: 'trained',
    facts,
    model: await put(joined.model),
    predictions: await put(joined.predictions),
    ...(foldSelections !== undefined && { foldSelections }),
  };
}

function failureText({ algorithm, because }: CandidateFacts): string {
  return `${algorithm}: ${because ?? 'no score'}`;
}
