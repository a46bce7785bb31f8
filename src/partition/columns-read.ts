import type { Spec } from '../spec/spec.ts';

/** The columns that partition functions are given: no id, a text of its own in every row that none looks at, and nothing dropped. */
export function columnsRead(
  columns: readonly { readonly name: string }[],
  { columns: { id, drop } }: Spec,
): readonly string[] {
  const unread = new Set([id, ...drop]);
  return columns.map(({ name }) => name).filter((name) => !unread.has(name));
}
