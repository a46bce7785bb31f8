import { ASKED_TASKS, type AskedTask } from '../domain/metric.ts';
import { checkAlgorithms } from './check-algorithms.ts';
import { checkFields, checkMetric } from './check-fields.ts';
import { checkForecast } from './check-forecast.ts';
import { checkFormulas } from './check-formulas.ts';
import { checkMap } from './check-map.ts';
import { checkTableFields } from './check-table-fields.ts';
import { variableOfEngine } from './engine.ts';
import type { PlainValue } from './plain-value.ts';
import type { Path } from './problem.ts';
import { type ResolvedSpec, resolveDefaults, type TrainingSpec } from './resolve-defaults.ts';
import { childValue, describeSchema, outlineOf } from './schema-outline.ts';
import { type Finding, findingsOf } from './schema-problems.ts';
import { variableOf } from './source.ts';
import { type ParsedSpec, specSchema } from './spec.ts';

export type CheckOptions = {
  /** Whether an environment variable that the spec refers to is set; left out: not checked. */
  readonly hasVariable?: (name: string) => boolean;
  /** Fields that the caller sets, whatever the text says. */
  readonly overrides?: Overrides;
};

export type Overrides = {
  readonly seed?: number;
  readonly threads?: number;
  readonly engine?: ParsedSpec['engine']['kind'];
};

const OUTLINE = outlineOf(specSchema);

/** Every finding of every kind: fields that the schema refuses are left out while the rest is checked. */
export function checkValue(
  value: PlainValue,
  options: CheckOptions,
): { readonly findings: readonly Finding[]; readonly resolved: ResolvedSpec | undefined } {
  const { refused, usable, variables } = readValue(value, options);
  const resolved = usable && isTraining(usable) ? resolveDefaults(usable) : undefined;
  const task = taskOf(value);
  const findings = [
    ...refused,
    ...checkTarget(value),
    ...checkAlgorithms(childValue(value, 'algorithms'), task),
    ...checkMetric(childValue(value, 'metric'), task),
    ...checkFormulas(childValue(childValue(value, 'features'), 'engineer')),
    ...(resolved === undefined ? [] : checkFields(resolved).filter((one) => !holds(one, refused))),
    ...(usable === undefined ? [] : checkForecast(usable).filter((one) => !holds(one, refused))),
    ...variables,
  ];
  return { findings, resolved };
}

/** The same for `partita map`, which looks at what a table is read by and at `map`. */
export function checkMapValue(
  value: PlainValue,
  options: CheckOptions,
): { readonly findings: readonly Finding[]; readonly usable: ParsedSpec | undefined } {
  const { refused, usable, variables } = readValue(value, options);
  const found = usable === undefined ? [] : [...checkTableFields(usable), ...checkMap(usable)];
  const findings = [...refused, ...found.filter((one) => !holds(one, refused)), ...variables];
  return { findings, usable };
}

/** What the schema says of a value, and what it reads when the refused fields are left out. */
function readValue(value: PlainValue, { hasVariable, overrides = {} }: CheckOptions) {
  const parsed = specSchema.safeParse(value);
  const refused = parsed.success ? [] : findingsOf(parsed.error.issues, value, OUTLINE);
  const read = parsed.success ? parsed.data : parseWithout(value, refused);
  const usable = read && override(read, overrides);
  return { refused, usable, variables: usable ? checkVariables(usable, hasVariable) : [] };
}

function isTraining(spec: ParsedSpec): spec is TrainingSpec {
  return spec.target !== undefined;
}

/** The schema lets a spec for `partita map` have no target; training needs one. */
function checkTarget(value: PlainValue): readonly Finding[] {
  const isMapping = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (!isMapping || childValue(value, 'target') !== undefined) return [];
  const expected = describeSchema(OUTLINE.properties?.['target'] ?? {});
  const isMap = childValue(value, 'map') !== undefined;
  const way = isMap ? ' This spec is for `partita map`.' : '';
  return [{ path: ['target'], part: 'key', message: `Missing. Expected ${expected}.${way}` }];
}

/** Whether a refused field lies in what a finding is about: that it was left out is no fault of the spec. */
function holds({ path }: Finding, refused: readonly Finding[]): boolean {
  return refused.some((inner) => path.every((step, i) => inner.path[i] === step));
}

function taskOf(value: PlainValue): AskedTask | undefined {
  const task = childValue(childValue(value, 'target'), 'task');
  return ASKED_TASKS.find((asked) => asked === task);
}

/** What the schema would read if the refused fields had been left out; nothing when one of them is required. */
function parseWithout(value: PlainValue, refused: readonly Finding[]): ParsedSpec | undefined {
  const rest = refused.reduce((kept, { path }) => withoutPath(kept, path), value);
  return specSchema.safeParse(rest).data;
}

/** A list with a refused entry goes as a whole: positions must not move. */
function withoutPath(value: PlainValue, path: Path): PlainValue {
  const [step, ...rest] = path;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const object = value as { readonly [key: string]: PlainValue };
  if (typeof step !== 'string' || !Object.hasOwn(object, step)) return value;
  const { [step]: child, ...others } = object;
  const isWhole = rest.length === 0 || typeof rest[0] === 'number';
  return isWhole ? others : { ...others, [step]: withoutPath(child as PlainValue, rest) };
}

function override(spec: ParsedSpec, { seed, threads, engine }: Overrides): ParsedSpec {
  return {
    ...spec,
    seed: seed ?? spec.seed,
    engine: {
      ...spec.engine,
      kind: engine ?? spec.engine.kind,
      threads: threads ?? spec.engine.threads,
    },
  };
}

function checkVariables(
  { data, engine }: ParsedSpec,
  hasVariable: CheckOptions['hasVariable'],
): readonly Finding[] {
  const references: readonly { readonly path: Path; readonly name: string | undefined }[] = [
    { path: ['data', 'source', 'url'], name: variableOf(data.source) },
    { path: ['engine', 'remote'], name: variableOfEngine(engine) },
  ];
  return references.flatMap(({ path, name }): readonly Finding[] => {
    if (name === undefined || hasVariable === undefined || hasVariable(name)) return [];
    const message = `The environment variable ${name} is not set. Set it, or correct the reference.`;
    return [{ path, part: 'value', message }];
  });
}
