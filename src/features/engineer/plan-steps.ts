import { Failure, isFailure } from '../../domain/failure.ts';
import { suggestion } from '../../domain/nearest-name.ts';
import { stepKind } from '../../spec/engineered-columns.ts';
import type { EngineerStep } from '../../spec/features.ts';
import { type ColumnKind, type ColumnShape, KIND_WORDS } from '../column-shape.ts';
import type { Step, StepInput } from './step.ts';
import { stepOf } from './steps.ts';

/** A step that fits the columns before it. */
export type PlannedStep = { readonly step: Step; readonly outputs: readonly ColumnShape[] };

/** Only a `lag` may read the target: every other step would show it to the model that predicts it. */
export type PlanOptions = { readonly target?: string };

/**
 * The columns that the steps add to `columns`, in order. Throws `Failure('invalid-spec')` with the place: an unknown
 * column (with the nearest name), a column of the wrong kind, a name that exists, a formula that can't be read, a step
 * that reads the target.
 */
export function engineeredColumns(
  columns: readonly ColumnShape[],
  steps: readonly EngineerStep[],
  options: PlanOptions = {},
): readonly ColumnShape[] {
  return planSteps(columns, steps, options).flatMap(({ outputs }) => outputs);
}

/** Names only, see `engineeredColumns`. */
export function engineeredNames(
  columns: readonly ColumnShape[],
  steps: readonly EngineerStep[],
  options: PlanOptions = {},
): readonly string[] {
  return engineeredColumns(columns, steps, options).map(({ name }) => name);
}

export function planSteps(
  columns: readonly ColumnShape[],
  steps: readonly EngineerStep[],
  { target }: PlanOptions = {},
): readonly PlannedStep[] {
  const kinds = new Map<string, ColumnKind>(columns.map(({ name, kind }) => [name, kind]));
  return steps.map((engineerStep, i) => {
    const place = `features.engineer[${i}] (${stepKind(engineerStep)})`;
    const planned = atPlace(place, () => {
      const step = stepOf(engineerStep);
      for (const input of step.inputs) checkInput(input, kinds);
      if (!('lag' in engineerStep)) refuseTarget(step, target);
      return { step, outputs: step.outputs((name) => kinds.get(name) as ColumnKind) };
    });
    for (const output of planned.outputs) addName(kinds, output, place);
    return planned;
  });
}

function checkInput({ name, kinds }: StepInput, known: ReadonlyMap<string, ColumnKind>): void {
  const kind = known.get(name);
  if (kind === undefined) {
    const way = suggestion(name, [...known.keys()]);
    throw invalid(
      `There is no column \`${name}\`. ${way}Name a column of the data or of an earlier step.`,
    );
  }
  if (!kinds.includes(kind)) {
    const wanted = kinds.map((allowed) => KIND_WORDS[allowed]).join(' or ');
    throw invalid(
      `\`${name}\` holds ${KIND_WORDS[kind]}, and this step takes ${wanted}. Name another column, or declare its type in columns.types.`,
    );
  }
}

function refuseTarget({ inputs }: Step, target: string | undefined): void {
  if (inputs.some(({ name }) => name === target))
    throw invalid(`This step would show the target \`${target}\`. Only \`lag\` may read it.`);
}

function addName(kinds: Map<string, ColumnKind>, { name, kind }: ColumnShape, place: string): void {
  if (kinds.has(name))
    throw invalid(
      `${place}: A column \`${name}\` exists already. Rename the new one (\`name\`) or remove the step.`,
    );
  kinds.set(name, kind);
}

function atPlace<T>(place: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    if (!isFailure(cause)) throw cause;
    throw new Failure(cause.kind, `${place}: ${cause.message}`, { cause });
  }
}

function invalid(message: string): Failure {
  return new Failure('invalid-spec', message);
}
