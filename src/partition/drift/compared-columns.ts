import type { Spec } from '../../spec/spec.ts';
import { columnsRead } from '../columns-read.ts';

export type ComparedColumns = {
  readonly names: readonly string[];
  readonly notCompared: readonly { readonly column: string; readonly because: string }[];
};

type NamedColumn = { readonly name: string; readonly kind: 'number' | 'category' | 'time' };

/** Columns of both sides that can move: the key says which partition it is, ids are all new, and times go on. */
export function comparedColumns(
  spec: Spec,
  trained: readonly NamedColumn[],
  current: readonly NamedColumn[],
): ComparedColumns {
  const there = new Set(current.map(({ name }) => name));
  const read = new Set(columnsRead(trained, spec));
  const names: string[] = [];
  const notCompared: ComparedColumns['notCompared'][number][] = [];
  for (const { name, kind } of trained) {
    if (!read.has(name) || spec.partition.by.includes(name)) continue;
    if (kind === 'time') notCompared.push({ column: name, because: 'times always move on' });
    else if (!there.has(name))
      notCompared.push({ column: name, because: 'the new data do not have it' });
    else names.push(name);
  }
  return { names, notCompared };
}
