import { entryOf } from '../domain/entry.ts';
import { Failure } from '../domain/failure.ts';
import { suggestion } from '../domain/nearest-name.ts';
import { columnsOfStep } from '../spec/engineered-columns.ts';
import type { TableSpec } from '../spec/spec.ts';

/** Every column that the spec names is there. Throws `Failure('invalid-data')` with the place and the nearest name. */
export function checkColumnsExist(spec: TableSpec, names: readonly string[]): void {
  const known = new Set(names);
  for (const [place, name] of namedColumns(spec)) {
    if (known.has(name)) continue;
    throw new Failure(
      'invalid-data',
      `\`${place}\` names the column \`${name}\`, which the source does not have. ${suggestion(name, names)}It has ${listed(names)}.`,
    );
  }
}

/** Throws `Failure('invalid-data')` when nothing is left to learn from. */
export function checkFeaturesLeft(spec: TableSpec, names: readonly string[]): void {
  const { partition, target, columns, time } = spec;
  if (target === undefined) return;
  const keys = partition.by.filter((name) => entryOf(partition.bins, name) === undefined);
  const taken = new Set([
    ...keys,
    target.column,
    columns.id,
    columns.weight,
    time,
    ...columns.drop,
  ]);
  if (spec.features.engineer.length > 0 || names.some((name) => !taken.has(name))) return;
  throw new Failure(
    'invalid-data',
    `The source has ${listed(names)}: apart from key, target, time, id, weight and dropped columns none is left as a feature.`,
  );
}

/** Place in the spec and column. Steps after the first may use what earlier steps make, so only the first is known. */
function namedColumns(spec: TableSpec): readonly (readonly [string, string])[] {
  const { partition, target, columns, features, validate } = spec;
  const optional = (place: string, name: string | undefined): [string, string][] =>
    name === undefined ? [] : [[place, name]];
  const [firstStep] = features.engineer;
  return [
    ...partition.by.map((name) => ['partition.by', name] as const),
    ...Object.keys(partition.bins).map((name) => ['partition.bins', name] as const),
    ...optional('target.column', target?.column),
    ...optional('time', spec.time),
    ...optional('columns.id', columns.id),
    ...optional('columns.weight', columns.weight),
    ...columns.drop.map((name) => ['columns.drop', name] as const),
    ...Object.keys(columns.types).map((name) => ['columns.types', name] as const),
    ...optional('validate.group', validate.group),
    ...(firstStep ? columnsOfStep(firstStep) : []).map(
      (name) => ['features.engineer', name] as const,
    ),
  ];
}

function listed(names: readonly string[]): string {
  const shown = names
    .slice(0, 20)
    .map((name) => `\`${name}\``)
    .join(', ');
  return names.length > 20 ? `${shown} and ${names.length - 20} more` : shown;
}
