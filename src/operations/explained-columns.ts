import type { ExplainedFacts } from '../partition/score-facts.ts';
import { doublesPerRow } from '../partition/top-contributions.ts';
import { type MadeColumn, presentNumbers, repeated } from './answer-columns.ts';

/** What moved the predictions of some rows: facts and blob of `score`; null = nobody answered. */
export type ExplainedRows = {
  readonly rowCount: number;
  readonly explained: { readonly facts: ExplainedFacts; readonly values: Float64Array } | null;
};

/**
 * `explained` (what the numbers add up to), `base` (what an average row gets), `column_1`, `contribution_1` … (the columns
 * that move the prediction most) and `other` (all the others together): base + contributions + other is what is explained.
 * Null where no answer came, or from a model that can't say.
 */
export function explainedColumns(
  count: number,
  classes: readonly string[],
): readonly MadeColumn<ExplainedRows>[] {
  const places = Array.from({ length: count }, (_, i) => i + 1);
  return [
    textColumn('explained', count, ({ scale }, values, row) =>
      explainedText(scale, classes[values[row] as number]),
    ),
    numberColumn('base', count, 1),
    ...places.flatMap((place) => [
      textColumn(`column_${place}`, count, ({ columns }, values, row) => {
        return columns[values[row + 1 + 2 * place] as number] ?? null;
      }),
      numberColumn(`contribution_${place}`, count, 2 + 2 * place),
    ]),
    numberColumn('other', count, 2),
  ];
}

type Told = Extract<ExplainedFacts, { readonly scale: unknown }>;

/** In the words of a table's cell. */
export function explainedText(scale: Told['scale'], label: string | undefined): string {
  switch (scale) {
    case 'value':
      return 'value';
    case 'log_mean':
      return 'logarithm of the value';
    case 'probability':
      return `probability of ${label}`;
    case 'log_odds':
      return `log odds of ${label}`;
    case 'score':
      return `score of ${label}`;
  }
}

function textColumn(
  name: string,
  count: number,
  textOf: (told: Told, values: Float64Array, rowStart: number) => string | null,
): MadeColumn<ExplainedRows> {
  return {
    name,
    type: 'VARCHAR',
    valuesOf: ({ rowCount, explained }) => {
      if (explained === null || 'because' in explained.facts) return repeated(null, rowCount);
      const { facts, values } = explained;
      return Array.from({ length: rowCount }, (_, row) =>
        textOf(facts, values, row * doublesPerRow(count)),
      );
    },
  };
}

/** `at`: place among the doubles of a row. */
function numberColumn(name: string, count: number, at: number): MadeColumn<ExplainedRows> {
  return {
    name,
    type: 'DOUBLE',
    valuesOf: ({ rowCount, explained }) => {
      if (explained === null || 'because' in explained.facts) return repeated(null, rowCount);
      const width = doublesPerRow(count);
      const values = Float64Array.from({ length: rowCount }, (_, row) => {
        return explained.values[row * width + at] as number;
      });
      return presentNumbers(values);
    },
  };
}
