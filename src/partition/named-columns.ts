import { entryOf } from '../domain/entry.ts';
import { findEstimator } from '../estimators/registry.ts';
import type { Handle } from '../spec/features.ts';
import type { Candidate } from '../spec/spec.ts';
import type { SelectedColumns } from './selection-facts.ts';

/** The columns that the parameters of a candidate name. */
export function namedColumns({ algorithm, parameters }: Candidate): readonly string[] {
  return findEstimator(algorithm)?.numberColumns?.(parameters) ?? [];
}

/** What was selected with every column that a candidate names, and those of `always`, in the order of `columns`. */
export function keepNamed(
  selected: SelectedColumns,
  columns: readonly string[],
  candidates: readonly Candidate[],
  always: ReadonlySet<string>,
): SelectedColumns {
  // Proposals name the columns of the candidates that are given.
  const given = candidates.filter(({ proposal }) => proposal === undefined);
  const kept = new Set([...selected.kept, ...given.flatMap(namedColumns), ...always]);
  return {
    ...selected,
    kept: columns.filter((column) => kept.has(column)),
    dropped: selected.dropped.filter(({ column }) => !kept.has(column)),
  };
}

/**
 * Columns that are named are read as they are: neither scaled nor clipped, and filled only by a rule of their own. The same
 * rules where nothing but `auto` is asked: then estimators that name columns get them so, and share what is prepared.
 */
export function handleNamed(handle: Handle, named: readonly string[]): Handle {
  const { missing, outliers, scale, columns } = handle;
  const isAuto = missing === 'auto' && outliers === 'none' && scale === 'auto';
  if (isAuto && named.every((name) => entryOf(columns, name) === undefined)) return handle;
  const plain = named.map((name) => {
    const own = entryOf(columns, name);
    return [
      name,
      { ...own, missing: own?.missing ?? 'auto', outliers: 'none', scale: 'none' },
    ] as const;
  });
  return { ...handle, columns: { ...columns, ...Object.fromEntries(plain) } };
}
