import { Failure } from '../domain/failure.ts';
import { isOutOfMemory } from '../domain/out-of-memory.ts';
import {
  type Estimator,
  type FitOptions,
  FitStopped,
  type Model,
} from '../estimators/estimator.ts';
import { findEstimator } from '../estimators/registry.ts';
import type { Edit } from '../features/handle/edits.ts';
import { fitHandling, type HandlingFit } from '../features/handle/fit-handling.ts';
import type { FittedHandling } from '../features/handle/handling.ts';
import { digestJson } from '../frame/digest.ts';
import type { Candidate } from '../spec/spec.ts';
import { fitSteps } from './fit-steps.ts';
import { handleNamed, namedColumns } from './named-columns.ts';
import { type FitPlace, placeText, type TrainingData } from './training-data.ts';

/** A candidate fitted at one place: the handling is its own, the selected columns and rows are shared. */
export type FittedCandidate = {
  readonly handling: FittedHandling;
  readonly edits: readonly Edit[];
  readonly model: Model;
  readonly seed: bigint;
  readonly trainedRows: number;
  /** Milliseconds, for people: never part of what is compared. */
  readonly fitMs: number;
};

/** Fits candidates at one place (a fold, or the final fit); those that take data in the same form share the prepared matrix. */
export class FitSite {
  readonly #data: TrainingData;
  readonly #place: FitPlace;
  readonly #share: number;
  readonly #prepared = new Map<string, HandlingFit>();

  /** `share`: of the place's training rows. */
  constructor(data: TrainingData, place: FitPlace, share = 1) {
    this.#data = data;
    this.#place = place;
    this.#share = share;
  }

  /** Throws `FitStopped` when asked to stop, anything else when this candidate can't be fitted here. */
  fit(candidate: Candidate): FittedCandidate {
    const { spec } = this.#data.args;
    const { kept } = this.#data.selection(this.#place);
    const fitOn = (one: Candidate, columns: readonly string[]) => this.#fitOn(one, columns);
    return spec.forecast?.strategy === 'direct'
      ? fitSteps(candidate, kept, spec.forecast, { target: spec.target.column, fitOn })
      : fitOn(candidate, kept);
  }

  #fitOn(candidate: Candidate, columns: readonly string[]): FittedCandidate {
    const estimator = requireEstimator(candidate.algorithm);
    const rows = this.#data.trainingRows(this.#place, this.#share);
    checkRowCount(estimator, rows.length);
    const startedAt = performance.now();
    const { handling, training, edits } = this.#prepare(candidate, estimator, { rows, columns });
    const { x, target, weights } = training;
    const seed = this.seedOf(candidate);
    const options: FitOptions = {
      seed,
      stop: this.#data.stop,
      ...(weights !== undefined && estimator.supports.weights && { weights }),
    };
    const model = estimator.fit(x, target, candidate.parameters, options);
    const fitMs = performance.now() - startedAt;
    this.#data.trace?.({
      name: `fit ${candidate.algorithm} (${placeText(this.#place)})`,
      inputs: {
        parameters: candidate.parameters,
        rows: x.rowCount,
        features: x.names,
        edits: edits.map((edit) => ({ ...edit })),
      },
      outputs: { milliseconds: fitMs, bytes: model.toBytes().length },
    });
    return { handling, edits, model, seed, trainedRows: rows.length, fitMs };
  }

  seedOf({ algorithm, parameters }: Candidate): bigint {
    return this.#data.seed('train', this.#place, algorithm, digestJson(parameters));
  }

  #prepare(
    candidate: Candidate,
    { supports }: Estimator,
    { rows, columns }: { readonly rows: Int32Array; readonly columns: readonly string[] },
  ): HandlingFit {
    const handle = handleNamed(this.#data.handle, namedColumns(candidate));
    const { missing, scaledInput, weights: weighs } = supports;
    const key = JSON.stringify([missing, scaledInput, weighs, handle.columns]);
    const known = this.#prepared.get(key);
    if (known !== undefined) return known;
    const { frame, target, weights } = this.#data;
    const prepared = fitHandling({
      frame,
      columns,
      target,
      rows,
      handle,
      supports,
      weights,
      seed: this.#data.seed('handle', this.#place),
    });
    // Of a direct forecast there is one for each row of the horizon: all of them at once could be too large.
    if (this.#data.args.spec.forecast?.strategy !== 'direct') this.#prepared.set(key, prepared);
    return prepared;
  }
}

/** True for what ends the whole partition, its limits: everything else is one candidate's failure. */
export function isStop(error: unknown): boolean {
  return error instanceof FitStopped || isOutOfMemory(error);
}

function requireEstimator(algorithm: string): Estimator {
  const estimator = findEstimator(algorithm);
  if (estimator === undefined)
    throw new Failure('invalid-spec', `There is no algorithm "${algorithm}".`);
  return estimator;
}

function checkRowCount({ id, supports: { maxRows } }: Estimator, rowCount: number): void {
  if (rowCount === 0) throw new Failure('invalid-data', 'No row is left to train on.');
  if (maxRows !== undefined && rowCount > maxRows)
    throw new Failure(
      'limit-exceeded',
      `${id} takes at most ${maxRows} training rows, and there are ${rowCount}.`,
    );
}
