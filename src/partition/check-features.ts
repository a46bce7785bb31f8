import { Failure } from '../domain/failure.ts';
import { suggestion } from '../domain/nearest-name.ts';
import { type ColumnShape, KIND_WORDS } from '../features/column-shape.ts';
import { planSteps } from '../features/engineer/plan-steps.ts';
import { checkHandling } from '../features/handle/rules.ts';
import type { Candidate, Spec } from '../spec/spec.ts';
import { knownFeatures } from './known-features.ts';
import { namedColumns } from './named-columns.ts';
import { unknownAhead } from './training-data.ts';

/**
 * Whether the spec fits the table's columns: steps, single-column rules, parameters that name columns, and columns that have to hold numbers. Asked once,
 * before anything is trained, so that a slip is one error and not one in every partition. Throws `Failure` of kind
 * `invalid-spec` or `invalid-data` with the place.
 */
export function checkFeatures(columns: readonly ColumnShape[], spec: Spec): void {
  const { target, features } = spec;
  const shapes = columns.filter(({ name }) => !spec.columns.drop.includes(name));
  if (target.task === 'regression') checkNumbers(shapes, 'target', target.column);
  checkNumbers(shapes, 'weight', spec.columns.weight);
  if (spec.forecast !== undefined) checkAhead(shapes, spec);
  const usable = knownFeatures(columns, spec, 'global');
  if (usable.length === 0)
    throw new Failure(
      'invalid-data',
      'No column is left as a feature: add columns, or steps that make some.',
    );
  checkHandling(usable, features.handle);
  // Proposals have the columns of the candidates that are given.
  for (const candidate of spec.candidates)
    if (candidate.proposal === undefined) checkCandidate(usable, candidate);
}

/** What is to be made for rows to come is made of what is known of them. */
function checkAhead(shapes: readonly ColumnShape[], spec: Spec): void {
  const { features, target, forecast } = spec;
  const missing = forecast?.known.find((name) => !shapes.some((shape) => shape.name === name));
  if (missing !== undefined)
    throw new Failure(
      'invalid-spec',
      `forecast.known: there is no column \`${missing}\`. ${suggestion(
        missing,
        shapes.map(({ name }) => name),
      )}`,
    );
  const isCounted = shapes.some(({ name, kind }) => name === spec.time && kind === 'number');
  if (forecast?.every !== undefined && isCounted)
    throw new Failure(
      'invalid-spec',
      `forecast.every is ${forecast.every}, and \`${spec.time}\` holds numbers, which no duration can be added to. Remove it: times go on as the last rows stand.`,
    );
  const unknown = new Set(unknownAhead(shapes, spec));
  planSteps(shapes, features.engineer, { target: target.column }).forEach(({ step }, i) => {
    const input = step.inputs.find(({ name }) => name !== target.column && unknown.has(name));
    if (input === undefined) return;
    throw new Failure(
      'invalid-spec',
      `features.engineer[${i}]: nobody knows \`${input.name}\` in the rows to come. Name it in forecast.known, and give it to \`predict\`; or remove the step.`,
    );
  });
}

/** Parameters may name columns: features that hold numbers. */
function checkCandidate(features: readonly ColumnShape[], candidate: Candidate): void {
  for (const name of namedColumns(candidate)) {
    const shape = features.find((feature) => feature.name === name);
    if (shape?.kind === 'number') continue;
    const near = suggestion(
      name,
      features.map((feature) => feature.name),
    );
    const problem =
      shape === undefined
        ? `there is no feature \`${name}\`. ${near}`
        : `\`${name}\` holds ${KIND_WORDS[shape.kind]}, not numbers.`;
    throw new Failure(
      'invalid-spec',
      `algorithms: ${candidate.algorithm} names columns, and ${problem}`,
    );
  }
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
