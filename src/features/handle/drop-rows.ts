import { Failure } from '../../domain/failure.ts';
import type { Column } from '../../frame/frame.ts';
import { missingAt } from '../missing-values.ts';
import type { Edit } from './edits.ts';
import type { ColumnRules } from './rules.ts';

/** Rows with a gap in a column whose rule is `drop`; a column that is one gap is left to its other rules. */
export function dropRows(
  columns: readonly Column[],
  rules: readonly ColumnRules[],
  rows: Int32Array,
): { readonly rows: Int32Array; readonly edits: readonly Edit[] } {
  const edits: Edit[] = [];
  let kept = rows;
  columns.forEach((column, i) => {
    if (rules[i]?.missing.name !== 'drop') return;
    const isMissing = missingAt(column);
    const present = rows.filter((row) => !isMissing(row));
    if (present.length === 0) return;
    edits.push({
      column: column.name,
      rule: 'missing: drop',
      count: rows.length - present.length,
    });
    kept = kept.filter((row) => !isMissing(row));
  });
  if (kept.length === 0)
    throw new Failure(
      'invalid-data',
      'Every training row has a missing value in some column whose rule is `missing: drop`. Use another rule, such as median.',
    );
  return { rows: kept, edits };
}
