import { Failure } from '../domain/failure.ts';
import { type ColumnShape, featureColumns, KIND_WORDS } from '../features/column-shape.ts';
import { engineeredColumns } from '../features/engineer/plan-steps.ts';
import { checkHandling } from '../features/handle/rules.ts';
import type { Spec } from '../spec/spec.ts';
import { otherRoles } from './training-data.ts';

/**
 * Whether the spec fits the table's columns: steps, single-column rules, and columns that have to hold numbers. Asked once,
 * before anything is trained, so that a slip is one error and not one in every partition. Throws `Failure` of kind
 * `invalid-spec` or `invalid-data` with the place.
 */
export function checkFeatures(columns: readonly ColumnShape[], spec: Spec): void {
  const { target, features } = spec;
  const shapes = columns.filter(({ name }) => !spec.columns.drop.includes(name));
  if (target.task === 'regression') checkNumbers(shapes, 'target', target.column);
  checkNumbers(shapes, 'weight', spec.columns.weight);
  const engineered = engineeredColumns(shapes, features.engineer, { target: target.column });
  const known = [...shapes, ...engineered];
  const names = new Set(featureColumns(known, otherRoles({ spec, scope: 'global' })));
  if (names.size === 0) {
    throw new Failure(
      'invalid-data',
      'No column is left as a feature: add columns, or steps that make some.',
    );
  }
  checkHandling(
    known.filter(({ name }) => names.has(name)),
    features.handle,
  );
}

function checkNumbers(
  shapes: readonly ColumnShape[],
  role: string,
  name: string | undefined,
): void {
  const shape = shapes.find((one) => one.name === name);
  if (shape === undefined || shape.kind === 'number') return;
  throw new Failure(
    'invalid-data',
    `The ${role} column "${shape.name}" holds ${KIND_WORDS[shape.kind]}, not numbers. Name another column, or set its type in columns.types.`,
  );
}
