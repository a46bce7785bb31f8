import { entryOf } from '../domain/entry.ts';
import type { Target } from '../estimators/estimator.ts';
import { allTrainingRows, holdoutRows, trainingRows } from '../estimators/folds.ts';
import { rowsInWindow } from '../estimators/time-window.ts';
import { type ColumnShape, featureColumns, shapesOf } from '../features/column-shape.ts';
import { engineer } from '../features/engineer/engineer.ts';
import { selectColumns } from '../features/select/select-columns.ts';
import { seedOf } from '../frame/digest.ts';
import { type Frame, findColumn } from '../frame/frame.ts';
import { durationMicros } from '../spec/duration.ts';
import type { Handle } from '../spec/features.ts';
import { lagName } from '../spec/forecast.ts';
import type { Spec } from '../spec/spec.ts';
import { memberRanges } from './member-ranges.ts';
import { keepNamed } from './named-columns.ts';
import type { PartitionContext, PartitionData } from './partition-function.ts';
import { PlaceSelections } from './place-selections.ts';
import { foldsOfRepeats } from './repeats.ts';
import { sampleRows } from './row-sample.ts';
import type { SelectedColumns } from './selection-facts.ts';
import { targetOf, timesOf, weightsOf } from './target.ts';
import type { TrainArgs } from './train-facts.ts';
import { type Truth, truthOf } from './truth.ts';

/** Key columns with more texts than this become numbers, as `auto` makes them, not columns of 0 and 1. */
const ONE_HOT_LEVELS = 64;

/** One fit: a fold, all training rows (`final`), or those and the holdout (`everything`). */
export type FitPlace = number | 'final' | 'everything';

/** For people. */
export function placeText(place: FitPlace): string {
  if (typeof place === 'number') return `fold ${place}`;
  return place === 'final' ? 'all training rows' : 'every row';
}

/** What all candidates of one partition share: engineered columns, target, weights, folds and what each fold selects. */
export class TrainingData {
  readonly args: TrainArgs;
  readonly text: string;
  readonly source: Frame;
  /** Source and engineered columns of every row; look-back steps stay within a member of the union. */
  readonly frame: Frame;
  /** The columns that selection chooses from. */
  readonly columns: readonly string[];
  readonly engineered: readonly string[];
  readonly target: Target;
  readonly weights: Float64Array | undefined;
  readonly folds: Uint8Array;
  readonly handle: Handle;
  /** What its predictions are compared with. */
  readonly truth: Truth;
  /** Asks fits and selections to end soon. */
  readonly stop: Int32Array;
  readonly trace: PartitionContext['trace'];
  /** Of all repeats. */
  readonly selections: PlaceSelections;
  /** Of the cross-validation, from 0. */
  readonly #repeat: number;
  readonly #rowHashes: Uint8Array;
  /** The series of a union, or the one that there is. */
  readonly members: ReturnType<typeof memberRanges>;
  readonly #trainingRows = new Map<string, Int32Array>();
  readonly #selections = new Map<FitPlace, SelectedColumns>();

  constructor(
    data: PartitionData,
    args: TrainArgs,
    { stop, trace }: Pick<PartitionContext, 'stop' | 'trace'>,
    repeat = 0,
    selections = new PlaceSelections(args),
  ) {
    const { partition, frame, rowHashes } = data;
    const { spec } = args;
    const folds = foldsOfRepeats(data, spec)[repeat];
    if (folds === undefined) throw new RangeError(`There is no repeat ${repeat}.`);
    this.args = args;
    this.stop = stop;
    this.trace = trace;
    this.selections = selections;
    this.#repeat = repeat;
    this.text = partition.text;
    this.source = frame;
    this.folds = folds;
    this.#rowHashes = rowHashes;
    this.members = memberRanges(frame, partition.ranges, spec.partition.by);
    this.target = targetOf(frame, args);
    this.weights = weightsOf(frame, spec);
    this.frame = engineer(frame, spec.features.engineer, {
      timezone: spec.data.timezone,
      ranges: this.members,
      target: spec.target.column,
    });
    this.columns = featureColumns(shapesOf(this.frame), otherRoles(args, shapesOf(frame)));
    this.engineered = this.frame.columns.slice(frame.columns.length).map(({ name }) => name);
    this.handle = handleWithKey(frame, args);
    this.trace?.({
      name: 'engineer',
      inputs: { rows: frame.rowCount, columns: frame.columns.map(({ name }) => name) },
      outputs: { engineered: this.engineered, features: this.columns },
    });
    this.truth = truthOf(frame, args, folds);
  }

  /** Ascending; a sample by row hash where `global.max_rows` asks for one, or a share of them is. Computed once. */
  trainingRows(place: FitPlace, share = 1): Int32Array {
    const key = `${place} ${share}`;
    const known = this.#trainingRows.get(key);
    if (known !== undefined) return known;
    const rows = share === 1 ? this.#wholeRows(place) : this.#partOf(place, share);
    this.#trainingRows.set(key, rows);
    return rows;
  }

  #wholeRows(place: FitPlace): Int32Array {
    const { spec, scope } = this.args;
    const limit = scope === 'own' ? Number.POSITIVE_INFINITY : spec.global.max_rows;
    return this.#sample(this.eligibleRows(place), limit);
  }

  #partOf(place: FitPlace, share: number): Int32Array {
    const whole = this.trainingRows(place);
    return this.#sample(whole, Math.ceil(share * whole.length));
  }

  #sample(rows: Int32Array, limit: number): Int32Array {
    return sampleRows(rows, { limit, rowHashes: this.#rowHashes, members: this.members });
  }

  /** Ascending: the rows on the training side of that fit, within its window where one is asked. */
  eligibleRows(place: FitPlace): Int32Array {
    const rows = this.#rowsOf(place);
    const { gap, window } = this.args.spec.validate;
    if (gap === undefined && window === undefined) return rows;
    const times = timesOf(this.source, this.args.spec);
    if (times === undefined) throw new RangeError('A window needs the time column.');
    const end = this.#endOf(place, times);
    return rowsInWindow(rows, {
      times,
      end,
      gap: place === 'everything' ? 0 : durationMicros(gap),
      length: durationMicros(window),
    });
  }

  /** Chosen on the training rows of that fit alone, with the columns that candidates name; computed once. */
  selection(place: FitPlace): SelectedColumns {
    const known = this.#selections.get(place);
    if (known !== undefined) return known;
    const { candidates } = this.args.spec;
    const lags = this.#directLags();
    const selection = keepNamed(this.foldSelection(place), this.columns, candidates, lags);
    this.#selections.set(place, selection);
    return selection;
  }

  /** The same without columns that are there for another reason. */
  foldSelection(place: FitPlace): SelectedColumns {
    return this.selections.at(place, this.#repeat, () => this.#select(place));
  }

  #select(place: FitPlace): SelectedColumns {
    const lags = this.#directLags();
    const selected = selectColumns(
      this.frame,
      this.columns.filter((column) => !lags.has(column)),
      this.target,
      this.trainingRows(place),
      this.args.spec.features.select,
      { seed: this.seed('select', place), weights: this.weights, stop: this.stop },
    );
    this.trace?.({
      name: `select (${placeText(place)})`,
      inputs: {
        method: selected.method,
        columns: this.columns,
        rows: this.trainingRows(place).length,
      },
      outputs: { kept: selected.kept, dropped: selected.dropped },
    });
    return selected;
  }

  /** Of a direct forecast selection leaves them alone: each row of the horizon has those that it knows, and no other may stand for them. */
  #directLags(): ReadonlySet<string> {
    const { forecast, target } = this.args.spec;
    const lags = forecast?.strategy === 'direct' ? forecast.lags : [];
    return new Set(lags.map((lag) => lagName(target.column, lag)));
  }

  /** A seed of its own for every use, so that neither order nor threads can matter. */
  seed(stage: string, place: FitPlace, ...more: readonly string[]): bigint {
    const repeat = this.#repeat === 0 ? [] : [`repeat ${this.#repeat}`];
    return seedOf(this.args.spec.seed, stage, this.text, ...more, ...repeat, place);
  }

  /** µs UTC: where what the fit is scored on begins; of the fit of every row, just after its last one. */
  #endOf(place: FitPlace, times: Float64Array): number {
    if (place === 'everything')
      return (
        times.reduce((last, time) => (time > last ? time : last), Number.NEGATIVE_INFINITY) + 1
      );
    const { cutoffs = [], spec } = this.args;
    const end = cutoffs[place === 'final' ? spec.validate.folds : place];
    if (end === undefined) throw new RangeError('A window needs the cut-offs of the folds.');
    return end;
  }

  #rowsOf(place: FitPlace): Int32Array {
    const { folds } = this;
    if (typeof place === 'number')
      return trainingRows(folds, place, this.args.spec.validate.scheme);
    const training = allTrainingRows(folds);
    if (place === 'final') return training;
    return Int32Array.from([...training, ...holdoutRows(folds)]).sort();
  }
}

/** Columns that no model may see: the target, and what names, weighs, orders or places a row. */
export function otherRoles(
  { spec, scope }: Pick<TrainArgs, 'spec' | 'scope'>,
  source: readonly ColumnShape[],
): ReadonlySet<string> {
  const { id, weight, drop } = spec.columns;
  const roles = [spec.target.column, id, weight, spec.time, ...drop];
  const isKeyFeature = scope !== 'own' && spec.global.include_partition;
  if (!isKeyFeature) roles.push(...spec.partition.by);
  if (spec.forecast !== undefined) roles.push(...unknownAhead(source, spec));
  return new Set(roles.filter((role) => role !== undefined));
}

/** Columns of the data whose values in the rows to come nobody knows. */
export function unknownAhead(
  source: readonly ColumnShape[],
  { forecast, partition, time }: Spec,
): readonly string[] {
  const known = new Set([...(forecast?.known ?? []), ...partition.by, time]);
  return source.map(({ name }) => name).filter((name) => !known.has(name));
}

/** The key as a feature of the global model, or a parent's: one-hot up to 64 texts, beyond that by its target, for trees with its place too (DESIGN §10). */
function handleWithKey(frame: Frame, { spec, scope }: TrainArgs): Handle {
  const { handle } = spec.features;
  if (scope === 'own') return handle;
  const keys = spec.partition.by.flatMap((name) => {
    const column = findColumn(frame, name);
    if (column?.kind !== 'category') return [];
    const many = spec.target.isAnomaly === true ? 'ordinal' : 'auto';
    const encode = column.levels.length <= ONE_HOT_LEVELS ? 'one_hot' : many;
    return [[name, { encode, ...entryOf(handle.columns, name) }] as const];
  });
  const columns = Object.fromEntries([...Object.entries(handle.columns), ...keys]);
  return { ...handle, columns };
}
