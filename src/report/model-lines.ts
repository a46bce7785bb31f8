import { ENSEMBLE } from '../domain/ensemble.ts';
import type { ModelSection, ReportFacts } from './facts.ts';
import { parametersText } from './parameters-text.ts';

type Shown = Pick<ReportFacts, 'global' | 'details'>;

/** The models that are told in full, the one without partition first. */
function fullModels({ global, details }: Shown): readonly ModelSection[] {
  return [...(global === null ? [] : [global]), ...details];
}

/** Of models that are ensembles: `0.7 ridge + 0.3 knn`. */
export function ensemblesOf(
  facts: Shown,
): readonly { readonly name: string; readonly members: string }[] {
  return fullModels(facts)
    .filter(({ algorithm }) => algorithm === ENSEMBLE)
    .map(({ name, parameters }) => ({ name, members: parametersText(parameters) }));
}

type Needs = {
  readonly name: string;
  /** Holdout rows that it was measured on. */
  readonly rows: number;
  /** What the metric loses when the column is dealt anew, the most first, above 0. */
  readonly columns: readonly {
    readonly column: string;
    readonly loss: number;
    readonly deviation: number;
  }[];
};

/** Of models whose needs were measured, the columns that they need most. */
export function needsOf(facts: Shown, mostColumns: number): readonly Needs[] {
  return fullModels(facts).flatMap(({ name, explanation }) => {
    if (explanation === undefined) return [];
    const { rows, importance } = explanation;
    const columns = importance.filter(({ loss }) => loss > 0).slice(0, mostColumns);
    return [{ name, rows, columns }];
  });
}
