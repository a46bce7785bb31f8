import { repeatsOf } from './repeats.ts';
import type { FoldSelections, SelectedColumns } from './selection-facts.ts';
import type { TrainArgs } from './train-facts.ts';
import type { FitPlace } from './training-data.ts';

/** The fit that ships. */
export function shippedPlace({
  validate,
}: Pick<TrainArgs['spec'], 'validate'>): 'final' | 'everything' {
  return validate.refit === 'all' ? 'everything' : 'final';
}

/** Whether columns are selected here: the spec asks for it, and no earlier run has. */
export function isSelecting({
  spec,
  foldSelections,
}: Pick<TrainArgs, 'spec' | 'foldSelections'>): boolean {
  return foldSelections === undefined && spec.features.select.method !== 'none';
}

/** The columns of every fit of one partition, in all repeats: each selected once, or taken as it was given. */
export class PlaceSelections {
  readonly #args: Pick<TrainArgs, 'spec' | 'foldSelections'>;
  readonly #chosen = new Map<string, SelectedColumns>();

  constructor(args: Pick<TrainArgs, 'spec' | 'foldSelections'>) {
    this.#args = args;
  }

  at(place: FitPlace, repeat: number, select: () => SelectedColumns): SelectedColumns {
    const key = keyOf(place, repeat);
    const chosen = this.#chosen.get(key) ?? this.#given(place, repeat) ?? select();
    this.#chosen.set(key, chosen);
    return chosen;
  }

  /** Once every fit is done; empty where there was nothing to fit. */
  foldSelections(): FoldSelections {
    const { spec } = this.#args;
    const { folds } = spec.validate;
    const keptAt = (_: unknown, i: number) => this.#keptAt(i % folds, Math.floor(i / folds));
    return { folds: Array.from({ length: repeatsOf(spec) * folds }, keptAt), ...this.refitted() };
  }

  /** Once the model that ships is fitted. */
  refitted(): Omit<FoldSelections, 'folds'> {
    const place = shippedPlace(this.#args.spec);
    const shipped = this.#chosen.get(keyOf(place, 0));
    if (shipped === undefined) throw new RangeError('No columns were selected for the last fit.');
    return place === 'final' ? { shipped } : { final: this.#keptAt('final', 0), shipped };
  }

  #keptAt(place: FitPlace, repeat: number): readonly string[] {
    return this.#chosen.get(keyOf(place, repeat))?.kept ?? [];
  }

  #given(place: FitPlace, repeat: number): SelectedColumns | undefined {
    const { spec, foldSelections } = this.#args;
    if (foldSelections === undefined) return undefined;
    const { folds, final = [], shipped } = foldSelections;
    if (place === shippedPlace(spec)) return shipped;
    const isFold = typeof place === 'number';
    const kept = isFold ? folds[repeat * spec.validate.folds + place] : final;
    // The earlier run had nothing to fit there.
    if (kept === undefined || kept.length === 0) return undefined;
    return { method: shipped.method, kept, dropped: [] };
  }
}

function keyOf(place: FitPlace, repeat: number): string {
  return `${repeat} ${place}`;
}
