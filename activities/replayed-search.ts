import type { SearchFacts } from '../src/partition/train-facts.ts';
import type { RunRecord, TrainedPartition } from '../src/stores/run-records.ts';
import type { RunStore } from '../src/stores/run-store.ts';

/**
 * What searches under a budget completed in the run that this one reproduces, by partition: they are repeated by their
 * rounds, not by the clock. Empty where nothing is reproduced, or no budget was set.
 */
export async function replayedSearches(
  runs: Pick<RunStore, 'trained'>,
  run: RunRecord,
  partitionIds: readonly string[],
): Promise<ReadonlyMap<string, SearchFacts>> {
  if (!isReplay(run)) return new Map();
  const trained = await runs.trained(run.origin.runId, partitionIds);
  return new Map(
    [...trained].flatMap(([id, one]) => {
      const search = searchOf(one);
      return search === null ? [] : [[id, search] as const];
    }),
  );
}

/** The same of the model without partition. */
export async function replayedGlobalSearch(
  runs: Pick<RunStore, 'globalTraining'>,
  run: RunRecord,
): Promise<{ readonly replay?: SearchFacts }> {
  const search = isReplay(run) ? searchOf(await runs.globalTraining(run.origin.runId)) : null;
  return search === null ? {} : { replay: search };
}

function isReplay(
  run: RunRecord,
): run is RunRecord & { readonly origin: NonNullable<RunRecord['origin']> } {
  return run.origin?.mode === 'reproduce' && run.spec.tune.budget !== undefined;
}

function searchOf(trained: TrainedPartition | null): SearchFacts | null {
  return trained?.kind === 'trained' ? trained.facts.search : null;
}
