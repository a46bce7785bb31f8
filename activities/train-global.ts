import { Failure } from '../src/domain/failure.ts';
import { GLOBAL_TEXT } from '../src/domain/partition.ts';
import type { Engine, Outcome, PartitionTask } from '../src/engines/engine.ts';
import { chooseBest } from '../src/estimators/candidates.ts';
import { validationRows } from '../src/estimators/folds.ts';
import { digestJson } from '../src/frame/digest.ts';
import type {
  CandidateFacts,
  FoldFacts,
  RankFacts,
  RefitFacts,
  TrainFacts,
} from '../src/partition/facts.ts';
import {
  createPredictions,
  type Predictions,
  predictionsToBytes,
  writeLayerInto,
} from '../src/partition/predictions.ts';
import { stabilityOf } from '../src/partition/selection-stability.ts';
import type { Candidate } from '../src/spec/spec.ts';
import type { ObjectStore } from '../src/stores/object-store.ts';
import {
  GLOBAL_PARTITION,
  type RunRecord,
  type TrainedPartition,
} from '../src/stores/run-store.ts';
import { type ActivityScope, inActivity } from './activity-scope.ts';
import type { ActivityDependencies } from './dependencies.ts';
import { requirePlan, requireSnapshot, runJob, taskArgs, unionJob } from './partition-job.ts';

type OkOutcome = Outcome & { readonly kind: 'ok' };

export function trainGlobalActivity(dependencies: ActivityDependencies) {
  return {
    /**
     * The model without partition: every candidate × fold is a task of its own, so that all threads share the biggest
     * fit; the same rows and folds as the partitions' own models.
     */
    async trainGlobal({ runId }: { readonly runId: string }): Promise<void> {
      return inActivity(async (scope) => {
        const run = await dependencies.runs.run(runId);
        const training = new GlobalTraining(run, dependencies, scope);
        await dependencies.runs.recordGlobalTraining(runId, await training.train(), scope.attempt);
      });
    },
  };
}

class GlobalTraining {
  readonly #run: RunRecord;
  readonly #objects: ObjectStore;
  readonly #engine: Engine;
  readonly #scope: ActivityScope;
  #ms = 0;
  #log = '';

  constructor(run: RunRecord, dependencies: ActivityDependencies, scope: ActivityScope) {
    this.#run = run;
    this.#objects = dependencies.objects;
    this.#engine = dependencies.engineFor(run.spec);
    this.#scope = scope;
  }

  async train(): Promise<TrainedPartition> {
    const folds = await this.#objects.get(requirePlan(this.#run).folds);
    const { candidates } = this.#run.spec;
    const predictions = createPredictions(folds.length, candidates.length + 1, this.#width());
    const foldFacts = await this.#fitFolds(folds, predictions);
    const stored = await this.#objects.put(predictionsToBytes(predictions));
    const { cv } = await this.#rank(stored, predictions);
    const facts = candidates.map((candidate, i) =>
      candidateFacts(candidate, foldFacts[i] ?? [], cv[i]),
    );
    const refitted = await this.#refitBest(facts);
    if (refitted === null) return this.#failed(facts);
    const { best, outcome } = refitted;
    const { model, selection, ...rest } = outcome.facts as unknown as RefitFacts;
    scatter(outcome, everyRow(folds.length), candidates.length, predictions);
    const stability = stabilityOf(
      [...selection.kept, ...droppedColumns(selection)],
      keptByFold(foldFacts),
    );
    const trained: TrainFacts = {
      ...rest,
      selection: { ...selection, stability },
      candidates: facts,
      best,
      model,
    };
    return this.#trained(trained, outcome, predictions);
  }

  /** The best candidate that can also be fitted on all training rows, as `train` does it; marks those that can't. */
  async #refitBest(
    facts: CandidateFacts[],
  ): Promise<{ readonly best: number; readonly outcome: OkOutcome } | null> {
    for (;;) {
      const first = facts.findIndex(({ status }) => status === 'ok');
      if (first < 0) return null;
      const best =
        chooseBest(
          this.#run.spec.metric,
          facts.map(({ cv }) => cv),
        ) ?? first;
      const [outcome] = await this.#map('refit', [{ ...this.#task(), part: { candidate: best } }]);
      if (outcome?.kind === 'ok') return { best, outcome };
      const because = `On all training rows: ${outcome?.message}`;
      facts[best] = {
        ...(facts[best] as CandidateFacts),
        status: 'failed',
        because,
        cv: { value: null, because },
      };
    }
  }

  async #fitFolds(
    folds: Uint8Array,
    predictions: Predictions,
  ): Promise<readonly (readonly FoldFacts[])[]> {
    const { candidates, validate } = this.#run.spec;
    const parts = candidates.flatMap((_, candidate) =>
      Array.from({ length: validate.folds }, (_unused, fold) => ({ candidate, fold })),
    );
    // The last algorithms of the registry's order are the costliest: they start first.
    parts.reverse();
    const outcomes = await this.#map(
      'train-fold',
      parts.map((part) => ({ ...this.#task(), part })),
    );
    const facts = candidates.map((): FoldFacts[] => []);
    parts.forEach(({ candidate, fold }, i) => {
      const outcome = outcomes[i] as Outcome;
      const result = foldFactsOf(outcome);
      (facts[candidate] as FoldFacts[])[fold] = result;
      if (result.status === 'ok')
        scatter(outcome, validationRows(folds, fold), candidate, predictions);
    });
    return facts;
  }

  async #rank(
    digest: Awaited<ReturnType<ObjectStore['put']>>,
    predictions: Predictions,
  ): Promise<RankFacts> {
    const input = {
      name: 'predictions',
      path: this.#objects.path(digest),
      offset: 0,
      length: predictions.values.byteLength,
    };
    const [outcome] = await this.#map('rank', [{ ...this.#task(), inputs: [input] }]);
    if (outcome?.kind !== 'ok')
      throw new Failure('run-failed', `Ranking the global candidates failed: ${outcome?.message}`);
    return outcome.facts as unknown as RankFacts;
  }

  async #map(name: string, tasks: readonly PartitionTask[]): Promise<readonly Outcome[]> {
    const args = { ...taskArgs(this.#run), scope: 'global' as const };
    const job = unionJob(this.#run, this.#objects, name, args, tasks);
    const outcomes = await runJob(this.#engine, job, this.#scope.signal);
    this.#ms += outcomes.reduce((sum, { ms }) => sum + ms, 0);
    this.#log += outcomes.map(({ log }) => log).join('');
    return outcomes;
  }

  #task(): PartitionTask {
    const count = requireSnapshot(this.#run).rowCount;
    return {
      partition: { id: GLOBAL_PARTITION, text: GLOBAL_TEXT, ranges: [{ start: 0, count }] },
    };
  }

  #width(): number {
    return Math.max(1, requirePlan(this.#run).classes.length);
  }

  async #trained(
    facts: TrainFacts,
    refit: OkOutcome,
    predictions: Predictions,
  ): Promise<TrainedPartition> {
    const bytes = refit.blobs.get('model');
    if (bytes === undefined) throw new Error('The global refit gave no model.');
    return {
      ...this.#common(),
      kind: 'trained',
      facts,
      model: { pack: await this.#objects.put(bytes), offset: 0, length: bytes.length },
      predictions: await this.#keep(predictions),
    };
  }

  async #keep(predictions: Predictions) {
    const bytes = predictionsToBytes(predictions);
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

function foldFactsOf(outcome: Outcome): FoldFacts {
  if (outcome.kind === 'ok') return outcome.facts as unknown as FoldFacts;
  return {
    status: 'failed',
    because: outcome.message,
    score: { value: null, because: outcome.message },
    seed: '0',
    fitMs: outcome.ms,
    kept: [],
  };
}

function candidateFacts(
  candidate: Candidate,
  folds: readonly FoldFacts[],
  cv: CandidateFacts['cv'] | undefined,
): CandidateFacts {
  const failure = folds.find(({ status }) => status === 'failed');
  return {
    algorithm: candidate.algorithm,
    parameters: candidate.parameters,
    parametersDigest: digestJson(candidate.parameters),
    seed: folds[0]?.seed ?? '0',
    status: failure === undefined ? 'ok' : 'failed',
    ...(failure?.because === undefined ? {} : { because: failure.because }),
    cv: cv ?? { value: null, because: failure?.because ?? 'not ranked' },
    foldScores: folds.map(({ score }) => score),
    fitMs: folds.reduce((sum, { fitMs }) => sum + fitMs, 0),
  };
}

/** A fold that could not be fitted kept nothing, and says nothing about stability. All candidates share a fold's selection. */
function keptByFold(facts: readonly (readonly FoldFacts[])[]): readonly (readonly string[])[] {
  return (facts[0] ?? []).map(({ kept }) => kept).filter((kept) => kept.length > 0);
}

function droppedColumns({ dropped }: RefitFacts['selection']): readonly string[] {
  return dropped.map(({ column }) => column);
}

function scatter(
  outcome: Outcome,
  rows: Int32Array,
  layer: number,
  predictions: Predictions,
): void {
  const bytes = outcome.kind === 'ok' ? outcome.blobs.get('predictions') : undefined;
  if (bytes === undefined) throw new Error('A fit of the global model gave no predictions.');
  const aligned = bytes.byteOffset % 8 === 0 ? bytes : bytes.slice();
  const output = new Float64Array(aligned.buffer, aligned.byteOffset, aligned.length / 8);
  writeLayerInto(output, rows, layer, predictions);
}

function everyRow(count: number): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => i);
}
