import { Failure } from '../src/domain/failure.ts';
import type { Score } from '../src/domain/metric.ts';
import { GLOBAL_TEXT } from '../src/domain/partition.ts';
import type { Engine, Outcome } from '../src/engines/engine.ts';
import { allTrainingRows, validationRows } from '../src/estimators/folds.ts';
import { type Round, searchCandidates } from '../src/estimators/search.ts';
import { BudgetClock } from '../src/partition/budget-clock.ts';
import {
  bestCandidate,
  failedRefit,
  refitPart,
  withEnsemble,
} from '../src/partition/candidate-facts.ts';
import { candidateCount } from '../src/partition/ensemble-layer.ts';
import type {
  CandidateFacts,
  FoldFacts,
  FoldPart,
  RankFacts,
  RefitFacts,
  SearchFacts,
  TrainArgs,
  TrainFacts,
} from '../src/partition/facts.ts';
import {
  createPredictions,
  ofRepeat,
  outputWidth,
  type Predictions,
  predictionsFromBytes,
  predictionsToBytes,
} from '../src/partition/predictions.ts';
import { foldsOfRepeats, repeatsOf, rowsOfRepeat } from '../src/partition/repeats.ts';
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
import { GlobalTasks } from './global-tasks.ts';
import {
  foldFactsOf,
  isWhole,
  type JoinedTrial,
  joinCandidates,
  joinSelection,
  writePartInto,
} from './joined-parts.ts';
import { requirePlan, trainArgs } from './partition-job.ts';
import { replayedGlobalSearch } from './replayed-search.ts';
import { inputOf } from './stored-inputs.ts';

/** A fit of the candidate at that place. */
type PlacedPart = { readonly place: number; readonly part: FoldPart };

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
  readonly #tasks: GlobalTasks;
  readonly #scope: EngineScope;
  readonly #args: TrainArgs;

  constructor(
    run: RunRecord,
    args: TrainArgs,
    stores: { readonly objects: ObjectStore; readonly engine: Engine },
    scope: EngineScope,
  ) {
    this.#run = run;
    this.#args = args;
    this.#objects = stores.objects;
    this.#tasks = new GlobalTasks(run, stores, scope);
    this.#scope = scope;
  }

  async train(): Promise<TrainedPartition> {
    const stored = await this.#objects.get(requirePlan(this.#run).folds);
    const { spec, classes } = this.#args;
    const repeats = repeatsOf(spec);
    const rowCount = stored.length / repeats;
    const folds = foldsOfRepeats({ frame: { rowCount, columns: [] }, folds: stored }, spec);
    const layers = candidateCount(spec) + 1;
    // All that is predicted of the table stands here once, whatever comes from the fits.
    const written = createPredictions(rowCount, layers, outputWidth(classes), repeats);
    const { trials: searched, search } = await this.#search(folds[0], written);
    const trials = await this.#repeat(searched, folds, written);
    const { ranking, predictions } = await this.#rank(written);
    const { candidates, refitted } = await this.#refitBest(
      withEnsemble(joinCandidates(trials, ranking), ranking),
      ranking,
    );
    if (refitted === null) return this.#failed(candidates);
    const { best, refit } = refitted;
    writePartInto(refit, everyRow(rowCount), layers - 1, predictions);
    const selection = joinSelection(refit.facts.selection, searched);
    const { bestWithout } = ranking;
    return this.#trained(
      { ...refit.facts, selection, candidates, search, best, bestWithout },
      refit,
      predictions,
    );
  }

  /** As `searchPartition` does it, the trials of a round side by side; into the first repeat. */
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
      const { layers, width } = predictions;
      const into = round.share === 1 ? predictions : createPredictions(folds.length, layers, width);
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
    const facts = new Map(trials.map(({ place }): [number, FoldFacts[]] => [place, []]));
    await this.#fitParts(parts, ({ place, part: { fold } }, outcome) => {
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
    folds: readonly Uint8Array[],
    predictions: Predictions,
  ): Promise<readonly JoinedTrial[]> {
    const { folds: count } = this.#args.spec.validate;
    const parts = [...trials.entries()].flatMap(([place, trial]) =>
      isWhole(trial)
        ? Array.from({ length: count * (folds.length - 1) }, (_unused, i) => {
            const repeat = 1 + Math.floor(i / count);
            return {
              place,
              part: { candidate: trial.candidate, fold: i % count, share: 1, repeat },
            };
          })
        : [],
    );
    if (parts.length === 0) return trials;
    const facts = trials.map((trial) => [...trial.folds]);
    await this.#fitParts(parts, ({ place, part: { fold, repeat = 0 } }, outcome) => {
      const result = foldFactsOf(outcome);
      (facts[place] as FoldFacts[])[repeat * count + fold] = result;
      const own = folds[repeat] as Uint8Array;
      const rows = rowsOfRepeat(validationRows(own, fold), repeat, own.length);
      if (result.status === 'ok') writePartInto(outcome, rows, place, predictions);
    });
    return trials.map((trial, place) => ({ ...trial, folds: facts[place] as FoldFacts[] }));
  }

  /** Every outcome is told as it comes and let go then: all of them together would be the predictions once more. */
  async #fitParts(
    parts: readonly PlacedPart[],
    tell: (part: PlacedPart, outcome: Outcome<FoldFacts>) => void,
  ): Promise<void> {
    // The last algorithms of the registry's order are the costliest: they start first.
    const ordered = parts.toReversed();
    const tasks = ordered.map(({ part }) => ({ ...this.#tasks.task(), part }));
    const call = { name: 'train-fold', args: this.#args, tasks } as const;
    await this.#tasks.each(call, (outcome) => tell(ordered[outcome.task] as PlacedPart, outcome));
  }

  async #score(predictions: Predictions, places: readonly number[]): Promise<readonly Score[]> {
    const stored = await this.#put(predictionsToBytes(ofRepeat(predictions, 0)));
    const inputs = [inputOf('predictions', stored, this.#objects)];
    const tasks = [{ ...this.#tasks.task(), inputs, part: { places } }];
    const [outcome] = await this.#tasks.all({ name: 'score-trials', args: this.#args, tasks });
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
    const tasks = [{ ...this.#tasks.task(), inputs }];
    const [outcome] = await this.#tasks.all({ name: 'rank', args: this.#args, tasks });
    if (outcome?.kind !== 'ok')
      throw new Failure('run-failed', `Ranking the global candidates failed: ${outcome?.message}`);
    const adjusted = outcome.blobs.get('predictions');
    const { layers, width, repeats } = predictions;
    return {
      ranking: outcome.facts,
      predictions:
        adjusted === undefined
          ? predictions
          : predictionsFromBytes(adjusted.slice(), layers, width, repeats),
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
      const tasks = [{ ...this.#tasks.task(), part }];
      const [refit] = await this.#tasks.all({ name: 'refit', args: this.#args, tasks });
      if (refit?.kind === 'ok') return { candidates, refitted: { best, refit } };
      candidates[best] = failedRefit(candidates[best] as CandidateFacts, `${refit?.message}`);
    }
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
      ms: this.#tasks.ms,
      log: this.#tasks.log,
    };
  }
}

function everyRow(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i);
}
