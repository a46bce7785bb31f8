import { type ColumnShape, featureColumns } from '../features/column-shape.ts';
import { engineeredColumns } from '../features/engineer/plan-steps.ts';
import { rulesOf } from '../features/handle/rules.ts';
import { RANKING_METHODS } from '../spec/features.ts';
import type { Spec } from '../spec/spec.ts';
import { otherRoles } from './training-data.ts';

/** What an algorithm says that takes numbers on one scale. */
const SCALED = { missing: false, scaledInput: true };

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

/**
 * As many as a model sees once text is encoded for an algorithm that takes numbers on one scale: up to so many levels a
 * feature for each. `levels`: of each column, where they are known; of those that steps make nobody knows them before.
 */
export function encodedFeatureCount(
  columns: readonly ColumnShape[],
  spec: Spec,
): (levels: ReadonlyMap<string, number>) => number {
  const kept = featureCount(columns, spec);
  const known = knownFeatures(columns, spec, 'own');
  const wide = known.flatMap((column) => {
    if (column.kind !== 'category') return [];
    const { encodeFor } = rulesOf(column, spec.features.handle, SCALED);
    return [{ name: column.name, encodeFor }];
  });
  return (levels) => {
    const more = wide.reduce((sum, { name, encodeFor }) => {
      const count = levels.get(name) ?? 1;
      return sum + (encodeFor(count) === 'one_hot' ? Math.max(1, count) - 1 : 0);
    }, 0);
    // Which columns a ranking keeps nobody knows before: as wide as all of them at the mean.
    return Math.round(kept * (1 + more / Math.max(1, known.length)));
  };
}
