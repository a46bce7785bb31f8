import { Failure } from './failure.ts';
import { nearestName } from './nearest-name.ts';

/**
 * A partition: the rows that share one value of the partition key. `id` is a hash (see `frame/digest.ts`) and the only
 * thing that file names, URLs and tables are built from; `text` is for people.
 */
export type KeyValue = string | null;
/** Column → value as text, in spec order; null is a key of its own. */
export type PartitionKey = { readonly [column: string]: KeyValue };

/** Text of the partition that holds every row: the model without partition. */
export const GLOBAL_TEXT = '(all)';

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const NEEDS_ESCAPE = /[/=%\\\u0000-\u001f\u007f]/g;

/** `carrier=AA`, `region=eu/store=7`, null as `\N`; `/ = % \` and controls percent-encoded (DESIGN §5.6). */
export function partitionText(columns: readonly string[], values: readonly KeyValue[]): string {
  return columns
    .map((column, i) => `${escape(column)}=${escapeValue(values[i] ?? null)}`)
    .join('/');
}

/** The inverse of `partitionText`; throws `RangeError` on text that it did not make. */
export function parsePartitionText(text: string): PartitionKey {
  const entries = text.split('/').map((part): [string, KeyValue] => {
    const at = part.indexOf('=');
    if (at < 0) throw new RangeError(`Partition text "${text}" has no "=" in "${part}".`);
    const value = part.slice(at + 1);
    return [
      decodeURIComponent(part.slice(0, at)),
      value === '\\N' ? null : decodeURIComponent(value),
    ];
  });
  return Object.fromEntries(entries);
}

/** What people see: the bare value where the key is one column, the canonical text otherwise. */
export function displayPartition(key: PartitionKey, text: string): string {
  const values = Object.values(key);
  if (values.length !== 1) return text;
  return values[0] === '' ? '(empty)' : (values[0] ?? '(null)');
}

/** The text of a partition that is named by it or, where the key is one column, by the value as people see it. */
export function namedPartition(named: string, by: readonly string[]): string {
  if (by.length !== 1 || by.some((column) => named.startsWith(partitionText([column], ['']))))
    return named;
  const value = named === '(empty)' ? '' : named;
  return partitionText(by, [named === '(null)' ? null : value]);
}

/** The one of them that is named so; throws `Failure('not-found')` with the nearest name. */
export function findPartition<One extends { readonly text: string; readonly key: PartitionKey }>(
  partitions: readonly One[],
  named: string,
): One {
  const found = partitions.find(
    ({ text, key }) => text === named || displayPartition(key, text) === named,
  );
  if (found !== undefined) return found;
  const nearest = nearestName(
    named,
    partitions.map(({ key, text }) => displayPartition(key, text)),
  );
  const hint = nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
  throw new Failure('not-found', `No partition "${named}" among ${partitions.length}.${hint}`);
}

/** Code-unit order: the same on every machine and locale. */
export function comparePartitions(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function escape(text: string): string {
  return text.replace(
    NEEDS_ESCAPE,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
  );
}

function escapeValue(value: KeyValue): string {
  return value === null ? '\\N' : escape(value);
}
