import { Failure } from '../../domain/failure.ts';
import type { JsonObject } from '../../domain/json.ts';
import { chooseBest } from '../../estimators/candidates.ts';
import type { Estimator } from '../../estimators/estimator.ts';
import { outOfFoldRows, trainingRows, validationRows } from '../../estimators/folds.ts';
import { predictMatrix } from '../../estimators/predict-matrix.ts';
import { findEstimator } from '../../estimators/registry.ts';
import { fitHandling } from '../../features/handle/fit-handling.ts';
import { takeTarget } from '../../features/take-target.ts';
import { seedOf } from '../../frame/digest.ts';
import { type Matrix, takeMatrixRows, takeNumbers } from '../../frame/frame.ts';
import type { Handle } from '../../spec/features.ts';
import { isStop } from '../fit-candidate.ts';
import { chooseWithoutFolds } from '../nested-choice.ts';
import {
  createPredictions,
  outputWidth,
  type Predictions,
  writeLayerInto,
} from '../predictions.ts';
import { scoreCandidates } from '../score-candidates.ts';
import type { Side } from '../side-scores.ts';
import type { AdviserTable } from './adviser-table.ts';
import type { Division } from './divisions.ts';
import { takeMatrixColumns, tellingColumns } from './telling-columns.ts';

type Learner = {
  readonly estimator: Estimator;
  readonly parameters: JsonObject;
  /** Only the columns that tell most, as many as the rows can bear. */
  readonly isNarrow: boolean;
};

/** Fewer training rows of a partition than this in the sample: the model without partition predicts there. */
const LEAST_ROWS = 10;
/** Text of more levels than this becomes a number by its target: one column per level would make linear models slow. */
const ONE_HOT_LEVELS = 8;

/**
 * What looks at no column; lines, of few columns since partitions are small; and steps, which find for themselves what
 * matters where. Which of them suits is chosen out of fold, on either side.
 */
const PLANS: readonly {
  readonly algorithm: string;
  readonly parameters: JsonObject;
  readonly isNarrow: boolean;
}[] = [
  { algorithm: 'baseline', parameters: {}, isNarrow: false },
  { algorithm: 'ridge', parameters: { alpha: 10 }, isNarrow: true },
  { algorithm: 'logistic', parameters: { C: 0.3, max_iterations: 50 }, isNarrow: true },
  {
    algorithm: 'gradient_boosting',
    parameters: { rounds: 40, learning_rate: 0.15, leaves: 12, min_leaf: 5, max_bins: 63 },
    isNarrow: false,
  },
];

/** What a fold's rows look like to one learner, source column by source column. */
type Prepared = {
  readonly rows: Int32Array;
  readonly heldOut: Int32Array;
  readonly columns: ReadonlyMap<string, { readonly training: Matrix; readonly heldOut: Matrix }>;
};

/** Predicts the sample out of fold with cheap models, of the whole table or of the partitions of a division. */
export class CheapLearners {
  readonly #table: AdviserTable;
  readonly #stop: Int32Array;
  readonly #learners: readonly Learner[];
  /** By learner and fold; a fold without training rows has none. */
  readonly #prepared: readonly (readonly (Prepared | null)[])[];

  constructor(table: AdviserTable, stop: Int32Array) {
    this.#table = table;
    this.#stop = stop;
    this.#learners = learnersFor(table);
    this.#prepared = this.#learners.map(({ estimator }) =>
      Array.from({ length: table.spec.validate.folds }, (_, fold) =>
        this.#prepare(estimator, fold),
      ),
    );
  }

  /** One model of the table, which does not see the hidden columns. Throws `Failure('invalid-data')` where no row could be predicted. */
  withoutPartition(hidden: readonly string[]): Side {
    const predictions = this.#empty();
    this.#learners.forEach((learner, layer) => {
      for (const prepared of this.#foldsOf(layer)) {
        const { training, heldOut } = joined(prepared, hidden);
        const output = this.#predict(learner, prepared, { training, heldOut });
        if (output !== null) writeLayerInto(output, prepared.heldOut, layer, predictions);
      }
    });
    return this.#sideOf(predictions);
  }

  /** Own models where rows are enough, and what is predicted without partition elsewhere. */
  divided(division: Division, without: Side): Side {
    const predictions = { ...without.predictions, values: without.predictions.values.slice() };
    this.#learners.forEach((learner, layer) => {
      for (const prepared of this.#foldsOf(layer)) {
        const matrices = joined(prepared, division.by);
        const training = placesByCode(prepared.rows, division);
        const heldOut = placesByCode(prepared.heldOut, division);
        for (const [code, places] of training) {
          const scored = heldOut.get(code);
          if (scored === undefined || division.isOwn[code] === 0) continue;
          if (places.length < LEAST_ROWS) continue;
          const output = this.#predict(
            learner,
            { rows: pick(prepared.rows, places) },
            {
              training: takeMatrixRows(matrices.training, places),
              heldOut: takeMatrixRows(matrices.heldOut, scored),
            },
          );
          if (output !== null)
            writeLayerInto(output, pick(prepared.heldOut, scored), layer, predictions);
        }
      }
    });
    return this.#sideOf(predictions);
  }

  #foldsOf(layer: number): readonly Prepared[] {
    return (this.#prepared[layer] ?? []).filter((prepared) => prepared !== null);
  }

  /** Null where the learner can't be fitted on these rows. */
  #predict(
    { estimator, parameters, isNarrow }: Learner,
    { rows }: Pick<Prepared, 'rows'>,
    matrices: { readonly training: Matrix; readonly heldOut: Matrix },
  ): Float64Array | null {
    const { weights, spec, classes } = this.#table;
    const target = takeTarget(this.#table.target, rows);
    const told = isNarrow ? tellingColumns(matrices.training, target) : null;
    const [training, heldOut] = [matrices.training, matrices.heldOut].map((matrix) =>
      told === null ? matrix : takeMatrixColumns(matrix, told),
    ) as [Matrix, Matrix];
    try {
      const model = estimator.fit(training, target, parameters, {
        seed: seedOf(spec.seed, 'advise', 'fit', estimator.id),
        stop: this.#stop,
        ...(weights !== undefined && { weights: takeNumbers(weights, rows) }),
      });
      const output = predictMatrix(model, heldOut, classes.length, this.#stop);
      model.free?.();
      return output;
    } catch (error) {
      if (isStop(error)) throw error;
      return null;
    }
  }

  #prepare({ id, supports }: Estimator, fold: number): Prepared | null {
    const { frame, features, target, weights, folds, spec } = this.#table;
    const rows = trainingRows(folds, fold, spec.validate.scheme);
    const heldOut = validationRows(folds, fold);
    if (rows.length === 0 || heldOut.length === 0) return null;
    const handle = neutralHandling(this.#table, supports.scaledInput);
    const columns = features.map((name) => {
      const seed = seedOf(spec.seed, 'advise', 'handle', id, name, fold);
      const input = { frame, columns: [name], target, rows, handle, supports, weights, seed };
      const { handling, training } = fitHandling(input);
      return [name, { training: training.x, heldOut: handling.transform(frame, heldOut) }] as const;
    });
    return { rows, heldOut, columns: new Map(columns) };
  }

  #empty(): Predictions {
    const { frame, classes } = this.#table;
    return createPredictions(frame.rowCount, this.#learners.length + 1, outputWidth(classes));
  }

  #sideOf(predictions: Predictions): Side {
    const { evidence, folds } = this.#table;
    const cv = scoreCandidates(evidence, predictions, outOfFoldRows(folds));
    const best = chooseBest(evidence.spec.metric, cv);
    const because = cv.map((score) => (score.value === null ? score.because : null))[0];
    if (best === null)
      throw new Failure(
        'invalid-data',
        `There is nothing to compare: ${because ?? 'no row has a score.'}`,
      );
    return {
      predictions,
      best,
      bestWithout: chooseWithoutFolds({ truth: evidence, predictions, folds }, cv),
    };
  }
}

/** Missing values filled, text by its levels or its target, nothing clipped, dropped or resampled. */
export function neutralHandling({ frame, spec }: AdviserTable, isLinear: boolean): Handle {
  const wide = frame.columns.filter(
    (column) => column.kind === 'category' && column.levels.length > ONE_HOT_LEVELS,
  );
  return {
    ...spec.features.handle,
    missing: 'auto',
    outliers: 'none',
    encode: 'auto',
    scale: 'auto',
    imbalance: 'none',
    columns: isLinear
      ? Object.fromEntries(wide.map(({ name }) => [name, { encode: 'target' as const }]))
      : {},
  };
}

function learnersFor({ spec }: AdviserTable): readonly Learner[] {
  return PLANS.flatMap(({ algorithm, parameters, isNarrow }) => {
    const estimator = findEstimator(algorithm);
    if (estimator === undefined) throw new RangeError(`No algorithm "${algorithm}".`);
    const fits = estimator.tasks.includes(spec.target.task);
    return fits
      ? [{ estimator, parameters: estimator.parameters.parse(parameters), isNarrow }]
      : [];
  });
}

/** All columns but those, side by side. */
function joined({ columns, rows, heldOut }: Prepared, without: readonly string[]) {
  const kept = [...columns].filter(([name]) => !without.includes(name)).map(([, column]) => column);
  return {
    training: sideBySide(
      rows.length,
      kept.map(({ training }) => training),
    ),
    heldOut: sideBySide(
      heldOut.length,
      kept.map((column) => column.heldOut),
    ),
  };
}

function sideBySide(rowCount: number, parts: readonly Matrix[]): Matrix {
  const names = parts.flatMap((part) => part.names);
  const data = new Float64Array(rowCount * names.length);
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  const levelCounts = parts.flatMap((part) => part.levelCounts ?? part.names.map(() => 0));
  return { rowCount, names, data, levelCounts };
}

/** Places in `rows`, by the partition that the row is in. */
function placesByCode(rows: Int32Array, { codes }: Division): ReadonlyMap<number, Int32Array> {
  const places = new Map<number, number[]>();
  for (let place = 0; place < rows.length; place++) {
    const code = codes[rows[place] as number] as number;
    const list = places.get(code);
    if (list === undefined) places.set(code, [place]);
    else list.push(place);
  }
  return new Map([...places].map(([code, list]) => [code, Int32Array.from(list)]));
}

function pick(rows: Int32Array, places: Int32Array): Int32Array {
  return places.map((place) => rows[place] as number);
}
