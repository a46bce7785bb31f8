import { type ColumnShape, featureColumns } from '../features/column-shape.ts';
import { engineeredColumns } from '../features/engineer/plan-steps.ts';
import { RANKING_METHODS } from '../spec/features.ts';
import type { Spec } from '../spec/spec.ts';
import { otherRoles } from './training-data.ts';

/**
 * The columns that a model may be given: the table's without those of another role, and those that steps make. The model
 * without partition may be given the key. Throws as `engineeredColumns` does.
 */
export function knownFeatures(
  columns: readonly ColumnShape[],
  spec: Spec,
  scope: 'own' | 'global',
): readonly ColumnShape[] {
  const shapes = columns.filter(({ name }) => !spec.columns.drop.includes(name));
  const { target, features } = spec;
  const engineered = engineeredColumns(shapes, features.engineer, { target: target.column });
  const known = [...shapes, ...engineered];
  const names = new Set(featureColumns(known, otherRoles({ spec, scope }, shapes)));
  return known.filter(({ name }) => names.has(name));
}

/** How many of them the model of a partition sees at most: methods that rank columns say beforehand how many stay. At least 1. */
export function featureCount(columns: readonly ColumnShape[], spec: Spec): number {
  const known = knownFeatures(columns, spec, 'own').length;
  const { method, keep } = spec.features.select;
  const ranks = (RANKING_METHODS as readonly string[]).includes(method);
  return Math.max(1, ranks ? Math.min(known, keep ?? Math.ceil(known / 2)) : known);
}
