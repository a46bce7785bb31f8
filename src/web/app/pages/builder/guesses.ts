import { countedText, countText } from '../../../../report/number-text.ts';
import type { Preview } from '../../api/answers.ts';

type Column = Preview['columns'][number];

/** A number with this many values or fewer is more likely a class. */
const FEW = 10;
/** A partition should have about this many rows at least. */
const ROWS_EACH = 50;

export type Guess<Value> = { readonly value: Value; readonly because: string };

/** Whether a class or a number is to be predicted, and why we think so. */
export function guessTask({
  kind,
  distinct,
  name,
}: Pick<Column, 'kind' | 'distinct' | 'name'>): Guess<'classification' | 'regression'> {
  if (kind === 'category')
    return {
      value: 'classification',
      because: `“${name}” holds text with ${countedText(distinct, 'different value')}.`,
    };
  if (distinct <= FEW)
    return {
      value: 'classification',
      because: `“${name}” is a number with only ${countedText(distinct, 'value')}, which reads like classes. Choose “a number” if their size matters.`,
    };
  return {
    value: 'regression',
    because: `“${name}” is a number with ${countedText(distinct, 'different value')}.`,
  };
}

/** Columns that may tell partitions apart, the likeliest first: text with few values, each of many rows. */
export function guessPartitionColumns(
  { columns, rowsRead }: Pick<Preview, 'columns' | 'rowsRead'>,
  taken: readonly string[],
): readonly Column[] {
  return columns
    .filter(({ name, kind, distinct }) => {
      const isDividing = distinct >= 2 && rowsRead / distinct >= ROWS_EACH / 2;
      return !taken.includes(name) && isDividing && (kind === 'category' || distinct <= FEW);
    })
    .sort(
      (a, b) =>
        Number(b.kind === 'category') - Number(a.kind === 'category') || a.distinct - b.distinct,
    );
}

/** A column that names the row: as many values as rows. */
export function looksLikeId({ distinct, missing, kind, name }: Column, rowsRead: number): boolean {
  return (
    missing === 0 &&
    distinct === rowsRead &&
    rowsRead > FEW &&
    (kind === 'category' || /(^|_)id$|^id/i.test(name))
  );
}

/** What a partition column would do, in a few words. */
export function dividingText({ distinct }: Column, rowsRead: number): string {
  return `${countedText(distinct, 'value')}, about ${countText(rowsRead / Math.max(1, distinct))} rows each`;
}
