import { Failure } from '../src/domain/failure.ts';
import type { Score } from '../src/domain/metric.ts';
import { GLOBAL_TEXT } from '../src/domain/partition.ts';
import type { Engine, Outcome, PartitionTask } from '../src/engines/engine.ts';
import { type Call, runJob } from '../src/engines/job.ts';
import { allTrainingRows, validationRows } from '../src/estimators/folds.ts';
import { type Round, searchCandidates } from '../src/estimators/search.ts';
import { BudgetClock } from '../src/partition/budget-clock.ts';
import {
  bestCandidate,
  failedRefit,
  refitPart,
  withEnsemble,
} from '../src/partition/candidate-facts.ts';
import type {
  CandidateFacts,
  FoldFacts,
  RankFacts,
  RefitFacts,
  SearchFacts,
  TrainArgs,
  TrainFacts,
} from '../src/partition/facts.ts';
import {
  createPredictions,
  type Predictions,
  predictionsFromBytes,
  predictionsToBytes,
} from '../src/partition/predictions.ts';
import type { ArgsOf, FactsOf, FunctionName } from '../src/partition/registry.ts';
import { joinRepeats } from '../src/partition/repeats.ts';
import { searchFacts, searchInput } from '../src/partition/search-partition.ts';
import type { ObjectStore } from '../src/stores/object-store.ts';
import type { PackMember } from '../src/stores/objects/pack.ts';
import {
  GLOBAL_PARTITION,
  type RunRecord,
  type TrainedPartition,
} from '../src/stores/run-store.ts';
import { type EngineScope, inEngineActivity } from './activity-scope.ts';
import type { ActivityDependencies } from './dependencies.ts';
import {
  createRepeats,
  foldFactsOf,
  isWhole,
  type JoinedTrial,
  joinCandidates,
  joinSelection,
  type Repeat,
  writePartInto,
} from './joined-parts.ts';
import { requirePlan, requireSnapshot, trainArgs, unionJob } from './partition-job.ts';
import { replayedGlobalSearch } from './replayed-search.ts';
import { inputOf } from './stored-inputs.ts';

type Refit = Outcome<RefitFacts> & { readonly kind: 'ok' };

export function trainGlobalActivity(dependencies: ActivityDependencies) {
  return {
    /**
     * The model without partition: every candidate × fold is a task of its own, so that all threads share the biggest
     * fit; the same rows and folds as the partitions' own models.
     */
    async trainGlobal({ runId }: { readonly runId: string }): Promise<void> {
      const work = async (scope: EngineScope) => {
        const run = await dependencies.runs.run(runId);
        const replay = await replayedGlobalSearch(dependencies.runs, run);
        const args = { ...trainArgs(run), scope: 'global' as const, ...replay };
        const { objects } = dependencies;
        const engine = await dependencies.engineFor(run.spec);
        const training = new GlobalTraining(run, args, { objects, engine }, scope);
        await dependencies.runs.recordGlobalTraining(runId, await training.train(), scope.attempt);
      };
      const step = { runId, stage: 'train', scope: 'global', batch: 0 } as const;
      return inEngineActivity(dependencies, { step, work, recorded: async () => undefined });
    },
  };
}

/** What `train` does, in parts: every candidate on every fold, their ranking, the best one's refit. */
class GlobalTraining {
  readonly #run: RunRecord;
  readonly #objects: ObjectStore;
  readonly #engine: Engine;
  readonly #scope: EngineScope;
  readonly #args: TrainArgs;
  #ms = 0;
  #log = '';

  constructor(
    run: RunRecord,
    args: TrainArgs,
    { objects, engine }: { readonly objects: ObjectStore; readonly engine: Engine },
    scope: EngineScope,
  ) {
    this.#run = run;
    this.#args = args;
    this.#objects = objects;
    this.#engine = engine;
    this.#scope = scope;
  }

  async train(): Promise<TrainedPartition> {
    const stored = await this.#objects.get(requirePlan(this.#run).folds);
    const repeats = createRepeats(stored, this.#args);
    const [first, ...others] = repeats as [Repeat, ...Repeat[]];
    const { trials: searched, search } = await this.#search(first.folds, first.predictions);
    const trials = await this.#repeat(searched, others);
    const { ranking, predictions } = await this.#rank(
      joinRepeats(repeats.map((one) => one.predictions)),
    );
    const { candidates, refitted } = await this.#refitBest(
      withEnsemble(joinCandidates(trials, ranking), ranking),
      ranking,
    );
    if (refitted === null) return this.#failed(candidates);
    const { best, refit } = refitted;
    writePartInto(refit, everyRow(predictions.rowCount), predictions.layers - 1, predictions);
    const selection = joinSelection(refit.facts.selection, searched);
    const { bestWithout } = ranking;
    return this.#trained(
      { ...refit.facts, selection, candidates, search, best, bestWithout },
      refit,
      predictions,
    );
  }

  /** As `searchPartition` does it, the trials of a round side by side. */
  async #search(
    folds: Uint8Array,
    predictions: Predictions,
  ): Promise<{ readonly trials: readonly JoinedTrial[]; readonly search: SearchFacts | null }> {
    const { spec } = this.#args;
    const clock = new BudgetClock(this.#args, folds.length);
    const rowCount = Math.min(spec.global.max_rows, allTrainingRows(folds).length);
    const searching = searchCandidates(searchInput(spec, GLOBAL_TEXT, rowCount));
    const facts = new Map<number, readonly FoldFacts[]>();
    let next = searching.next();
    while (next.done !== true) {
      const round = next.value;
      const { rowCount: rows, layers, width } = predictions;
      const into = round.share === 1 ? predictions : createPredictions(rows, layers, width);
      const fitted = await this.#fitRound(round, folds, into);
      if (round.share === 1) for (const [place, one] of fitted) facts.set(place, one);
      const places = round.trials.map(({ place }) => place);
      const scores = round.isScored ? await this.#score(into, places) : [];
      next = searching.next({ scores, isSpent: clock.isSpent() });
    }
    const trials = next.value.map(({ candidate, dropped }, place) => ({
      candidate,
      folds: facts.get(place) ?? [],
      dropped: dropped ?? undefined,
    }));
    return { trials, search: searchFacts(spec, clock, trials) };
  }

  async #fitRound(
    { trials, share }: Round,
    folds: Uint8Array,
    predictions: Predictions,
  ): Promise<ReadonlyMap<number, readonly FoldFacts[]>> {
    const parts = trials.flatMap(({ place, candidate }) =>
      Array.from({ length: this.#args.spec.validate.folds }, (_unused, fold) => ({
        place,
        part: { candidate, fold, share },
      })),
    );
    // The last algorithms of the registry's order are the costliest: they start first.
    parts.reverse();
    const tasks = parts.map(({ part }) => ({ ...this.#task(), part }));
    const outcomes = await this.#map({ name: 'train-fold', args: this.#args, tasks });
    const facts = new Map(trials.map(({ place }): [number, FoldFacts[]] => [place, []]));
    parts.forEach(({ place, part: { fold } }, i) => {
      const outcome = outcomes[i] as Outcome<FoldFacts>;
      const result = foldFactsOf(outcome);
      (facts.get(place) as FoldFacts[])[fold] = result;
      if (result.status === 'ok')
        writePartInto(outcome, validationRows(folds, fold), place, predictions);
    });
    return facts;
  }

  /** What the search has left, on the folds of the other repeats. */
  async #repeat(
    trials: readonly JoinedTrial[],
    others: readonly Repeat[],
  ): Promise<readonly JoinedTrial[]> {
    const { folds: count } = this.#args.spec.validate;
    const parts = [...trials.entries()].flatMap(([place, trial]) =>
      isWhole(trial)
        ? Array.from({ length: count * others.length }, (_unused, i) => {
            const repeat = 1 + Math.floor(i / count);
            return {
              place,
              part: { candidate: trial.candidate, fold: i % count, share: 1, repeat },
            };
          })
        : [],
    );
    if (parts.length === 0) return trials;
    parts.reverse();
    const tasks = parts.map(({ part }) => ({ ...this.#task(), part }));
    const outcomes = await this.#map({ name: 'train-fold', args: this.#args, tasks });
    const facts = trials.map((trial) => [...trial.folds]);
    parts.forEach(({ place, part: { fold, repeat } }, i) => {
      const outcome = outcomes[i] as Outcome<FoldFacts>;
      const result = foldFactsOf(outcome);
      (facts[place] as FoldFacts[])[repeat * count + fold] = result;
      const { folds, predictions } = others[repeat - 1] as Repeat;
      if (result.status === 'ok')
        writePartInto(outcome, validationRows(folds, fold), place, predictions);
    });
    return trials.map((trial, place) => ({ ...trial, folds: facts[place] as FoldFacts[] }));
  }

  async #score(predictions: Predictions, places: readonly number[]): Promise<readonly Score[]> {
    const stored = await this.#put(predictionsToBytes(predictions));
    const inputs = [inputOf('predictions', stored, this.#objects)];
    const tasks = [{ ...this.#task(), inputs, part: { places } }];
    const [outcome] = await this.#map({ name: 'score-trials', args: this.#args, tasks });
    if (outcome?.kind !== 'ok')
      throw new Failure('run-failed', `Scoring global candidates failed: ${outcome?.message}`);
    return outcome.facts.scores;
  }

  /** The ranking, and the predictions as it left them: adjusted, where the spec asks for it. */
  async #rank(
    predictions: Predictions,
  ): Promise<{ readonly ranking: RankFacts; readonly predictions: Predictions }> {
    const stored = await this.#put(predictionsToBytes(predictions));
    const inputs = [inputOf('predictions', stored, this.#objects)];
    const tasks = [{ ...this.#task(), inputs }];
    const [outcome] = await this.#map({ name: 'rank', args: this.#args, tasks });
    if (outcome?.kind !== 'ok')
      throw new Failure('run-failed', `Ranking the global candidates failed: ${outcome?.message}`);
    const adjusted = outcome.blobs.get('predictions');
    const { layers, width } = predictions;
    return {
      ranking: outcome.facts,
      predictions:
        adjusted === undefined
          ? predictions
          : predictionsFromBytes(adjusted.slice(), layers, width),
    };
  }

  /** The best candidate that can also be fitted on all training rows; those that can't are marked. */
  async #refitBest(
    ranked: readonly CandidateFacts[],
    ranking: RankFacts,
  ): Promise<{
    readonly candidates: readonly CandidateFacts[];
    readonly refitted: { readonly best: number; readonly refit: Refit } | null;
  }> {
    const candidates = [...ranked];
    for (;;) {
      const best = bestCandidate(this.#args.spec.metric, candidates);
      if (best === null) return { candidates, refitted: null };
      const part = refitPart(candidates, best, ranking);
      const tasks = [{ ...this.#task(), part }];
      const [refit] = await this.#map({ name: 'refit', args: this.#args, tasks });
      if (refit?.kind === 'ok') return { candidates, refitted: { best, refit } };
      candidates[best] = failedRefit(candidates[best] as CandidateFacts, `${refit?.message}`);
    }
  }

  async #map<Name extends FunctionName, Shared extends Partial<ArgsOf<Name>>>(
    call: Call<Name, Shared>,
  ): Promise<readonly Outcome<FactsOf<Name>>[]> {
    const job = unionJob(this.#run, this.#objects, call);
    const { signal, bookmark } = this.#scope;
    const outcomes = await runJob(this.#engine, job, signal, bookmark);
    this.#ms += outcomes.reduce((sum, { ms }) => sum + ms, 0);
    this.#log += outcomes.map(({ log }) => log).join('');
    return outcomes;
  }

  #task(): Pick<PartitionTask, 'partition'> {
    const count = requireSnapshot(this.#run).rowCount;
    return {
      partition: { id: GLOBAL_PARTITION, text: GLOBAL_TEXT, ranges: [{ start: 0, count }] },
    };
  }

  async #trained(
    facts: TrainFacts,
    refit: Refit,
    predictions: Predictions,
  ): Promise<TrainedPartition> {
    const bytes = refit.blobs.get('model');
    if (bytes === undefined) throw new Error('The global refit gave no model.');
    return {
      ...this.#common(),
      kind: 'trained',
      facts,
      model: await this.#put(bytes),
      predictions: await this.#put(predictionsToBytes(predictions)),
    };
  }

  async #put(bytes: Uint8Array): Promise<PackMember> {
    return { pack: await this.#objects.put(bytes), offset: 0, length: bytes.length };
  }

  #failed(candidates: readonly CandidateFacts[]): TrainedPartition {
    const message = candidates
      .map(({ algorithm, because }) => `${algorithm}: ${because ?? 'no score'}`)
      .join('; ');
    return { ...this.#common(), kind: 'failed', reason: 'every_candidate_failed', message };
  }

  #common() {
    return {
      partitionId: GLOBAL_PARTITION,
      startedAt: this.#scope.attempt.startedAt,
      ms: this.#ms,
      log: this.#log,
    };
  }
}

function everyRow(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i);
}
