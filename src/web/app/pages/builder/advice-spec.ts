import type { JsonObject } from '../../../../domain/json.ts';
import type { Preview } from '../../api/answers.ts';
import { guessPartitionColumns } from './guesses.ts';
import { valueAt, withValue } from './spec-document.ts';

/** A spec has a name; this one is thrown away. */
const NAME = 'advice';

/**
 * The experiment as the adviser may be asked about it, who does not mind what is still open: what divides the table, and the
 * name. Null: there is no table yet, or nothing to predict.
 */
export function specForAdvice(
  document: JsonObject,
  preview: Pick<Preview, 'columns' | 'rowsRead'>,
): JsonObject | null {
  const target = valueAt(document, ['target', 'column']);
  if (typeof target !== 'string' || valueAt(document, ['data', 'source']) === undefined)
    return null;
  const [guess] = guessPartitionColumns(preview, [target]);
  const key = guess ?? preview.columns.find(({ name }) => name !== target);
  if (key === undefined) return null;
  return [
    { path: ['name'], value: NAME },
    { path: ['partition', 'by'], value: key.name },
  ].reduce(
    (spec, { path, value }) =>
      valueAt(spec, path) === undefined ? withValue(spec, path, value) : spec,
    document,
  );
}
