import { type Matrix, matrixColumn } from '../../frame/frame.ts';
import { importances, sampleOf } from './importance.ts';
import type { Ranking } from './selection-data.ts';

/** Share of the remaining columns that one round drops, at least one: about 1 ÷ 0.2 · ln(columns ÷ keep) fits. */
const DROPPED_PER_ROUND = 0.2;

/**
 * Fits, drops the least important columns, fits again on the rest, until `keep` are left: a column that only looked weak
 * beside its copy gets its chance. Score: the number of rounds survived.
 */
export const rankByElimination: Ranking = (data, keep) => {
  const { x, ...rest } = sampleOf(data);
  const scores = new Float64Array(data.columns.length);
  let remaining = data.columns.map((_, column) => column);
  for (let round = 1; remaining.length > keep; round++) {
    const importance = importances(data, { ...rest, x: takeFeatures(x, remaining) });
    const count = Math.min(
      remaining.length - keep,
      Math.max(1, Math.floor(remaining.length * DROPPED_PER_ROUND)),
    );
    // Of equally weak columns the later goes.
    const weakest = remaining
      .map((column, i) => ({ column, importance: importance[i] as number }))
      .sort((a, b) => a.importance - b.importance || b.column - a.column)
      .slice(0, count);
    const dropped = new Set(weakest.map(({ column }) => column));
    remaining = remaining.filter((column) => !dropped.has(column));
    for (const column of remaining) scores[column] = round;
  }
  return scores;
};

function takeFeatures(x: Matrix, features: readonly number[]): Matrix {
  const data = new Float64Array(x.rowCount * features.length);
  features.forEach((feature, i) => data.set(matrixColumn(x, feature), i * x.rowCount));
  return {
    rowCount: x.rowCount,
    names: features.map((feature) => x.names[feature] as string),
    data,
    ...(x.levelCounts && {
      levelCounts: features.map((feature) => x.levelCounts?.[feature] ?? 0),
    }),
  };
}
