import type { Column, Frame } from '../frame/frame.ts';

export type ColumnKind = Column['kind'];
export type ColumnShape = { readonly name: string; readonly kind: ColumnKind };

/** What a message calls the values of a column. */
export const KIND_WORDS: { readonly [kind in ColumnKind]: string } = {
  number: 'numbers',
  category: 'text',
  time: 'timestamps',
};

export function shapesOf(frame: Frame): readonly ColumnShape[] {
  return frame.columns.map(({ name, kind }) => ({ name, kind }));
}

/**
 * The columns that a model may see: numbers and text, source or engineered, without those of another role. A raw
 * timestamp is no feature, only what a `calendar` or `difference` step makes of it.
 */
export function featureColumns(
  shapes: readonly ColumnShape[],
  otherRoles: ReadonlySet<string>,
): readonly string[] {
  return shapes
    .filter(({ name, kind }) => kind !== 'time' && !otherRoles.has(name))
    .map(({ name }) => name);
}
