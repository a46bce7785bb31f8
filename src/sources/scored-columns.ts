import { Failure } from '../domain/failure.ts';
import { columnsOfStep, looksBack } from '../spec/engineered-columns.ts';
import type { TableSpec } from '../spec/spec.ts';
import type { SnapshotColumn } from './snapshot.ts';

/**
 * True for columns that scoring makes nothing of: those that training did not see, or saw as weight, or as target where
 * no feature looks back on it.
 */
export function isLeftOut(
  { target, columns, features }: TableSpec,
  trained: readonly SnapshotColumn[],
  name: string,
): boolean {
  const isTargetRead = features.engineer.some(
    (step) =>
      target !== undefined && looksBack(step) && columnsOfStep(step).includes(target.column),
  );
  const others = [...(isTargetRead ? [] : [target?.column]), columns.weight, ...columns.drop];
  return others.includes(name) || trained.every((column) => column.name !== name);
}

/**
 * The key says which model answers, the time which rows come before a row. Throws `Failure('invalid-data')` where one of
 * them is not among the names.
 */
export function checkPlaces(spec: TableSpec, names: readonly string[]): void {
  const { partition, time } = spec;
  const ordering = time !== undefined && looksBackAnywhere(spec) ? [time] : [];
  const missing = [...partition.by, ...ordering].find((name) => !names.includes(name));
  if (missing === undefined) return;
  const what = missing === time ? 'orders the rows that features look back on' : 'tells the model';
  throw new Failure(
    'invalid-data',
    `The data have no column \`${missing}\`, which ${what}; they have ${names.map((name) => `\`${name}\``).join(', ')}.`,
  );
}

/** Whether a row's features are made of rows before it. */
export function looksBackAnywhere({ features }: Pick<TableSpec, 'features'>): boolean {
  return features.engineer.some(looksBack);
}
