import { entryOf } from '../domain/entry.ts';
import { Failure } from '../domain/failure.ts';
import type { TableSpec } from '../spec/spec.ts';
import type { Holds } from './holds.ts';
import type { SnapshotColumn } from './snapshot.ts';

/** A column of a table elsewhere whose type says what it holds: nothing is read out of text. */
export type TableColumnFound = {
  readonly name: string;
  readonly sourceType: string;
  readonly holds: Holds;
};

/** What a column becomes: the same as in `plan-columns.ts` for a file of typed columns, without a database. */
export function typeTableColumn(
  { name, sourceType, holds }: TableColumnFound,
  spec: TableSpec,
): SnapshotColumn {
  const declared = entryOf(spec.columns.types, name);
  const own = ownKind(holds, sourceType);
  const column = { name, sourceType, holds: declared === 'text' ? declared : holds };
  if (declared !== undefined && declared !== 'text' && !isDeclared(own.kind, holds, declared))
    throw new Failure(
      'invalid-data',
      `\`columns.types\` takes \`${name}\` for a ${declared}, and the table holds ${sourceType}: give it that type in the table or in a view.`,
    );
  const kept = declared === 'text' ? textOf(own, 'kept as text by the spec') : own;
  if (name === spec.time) {
    if (kept.kind !== 'category') return { ...column, ...kept, kind: 'time' };
    throw new Failure(
      'invalid-data',
      `\`time\`: \`${name}\` holds ${sourceType}, which is neither a time nor a number.`,
    );
  }
  const mustBeNumber =
    name === spec.columns.weight
      ? 'a weight is a number'
      : name === spec.target?.column && spec.target.task === 'regression'
        ? 'regression needs a number'
        : undefined;
  if (mustBeNumber !== undefined) {
    if (kept.kind === 'number') return { ...column, ...kept };
    throw new Failure(
      'invalid-data',
      `Column \`${name}\` holds ${sourceType}, but ${mustBeNumber}.`,
    );
  }
  if (spec.partition.by.includes(name) && entryOf(spec.partition.bins, name) === undefined)
    return { ...column, ...textOf(kept, 'part of the key, kept as text') };
  if (name === spec.columns.id) return { ...column, ...textOf(kept, 'identifier, kept as text') };
  if (name === spec.target?.column)
    return { ...column, ...textOf(kept, 'class labels, kept as text') };
  return { ...column, ...kept };
}

type Kept = Pick<SnapshotColumn, 'kind' | 'note'>;

function ownKind(holds: Holds, sourceType: string): Kept {
  switch (holds) {
    case 'integer':
    case 'number':
    case 'decimal':
    case 'nothing':
      return /^decimal/i.test(sourceType)
        ? { kind: 'number', note: 'decimals as the nearest doubles' }
        : { kind: 'number' };
    case 'instant':
    case 'local_time':
    case 'time_text':
      return { kind: 'time' };
    case 'wide_integer':
      return {
        kind: 'category',
        note: 'integers beyond 2^53 kept as text: a double would round them',
      };
    case 'boolean':
    case 'text':
      return { kind: 'category' };
  }
}

function textOf(own: Kept, note: string): Kept {
  return own.kind === 'category' ? own : { kind: 'category', note };
}

function isDeclared(
  kind: SnapshotColumn['kind'],
  holds: Holds,
  declared: 'number' | 'timestamp' | 'boolean',
): boolean {
  switch (declared) {
    case 'number':
      return kind === 'number';
    case 'timestamp':
      return kind === 'time';
    case 'boolean':
      return holds === 'boolean';
  }
}
