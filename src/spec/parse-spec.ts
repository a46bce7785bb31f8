import type { Digest } from '../domain/digest.ts';
import { isFailure } from '../domain/failure.ts';
import { asJson } from '../domain/json.ts';
import type { Task } from '../domain/metric.ts';
import { digestJson } from '../frame/digest.ts';
import { checkAlgorithms } from './check-algorithms.ts';
import { checkFields, warnAboutFields } from './check-fields.ts';
import { decodeText } from './decode-text.ts';
import { readDocument, type SpecDocument } from './document.ts';
import { expandCandidates } from './expand-candidates.ts';
import type { PlainValue } from './plain-value.ts';
import { type Path, type Problem, pathText, problemText, SpecFailure } from './problem.ts';
import { type ResolvedSpec, resolveDefaults } from './resolve-defaults.ts';
import { childValue, outlineOf } from './schema-outline.ts';
import { type Finding, findingsOf } from './schema-problems.ts';
import { variableOf } from './source.ts';
import {
  algorithmsSchema,
  type ParsedSpec,
  type Spec,
  type SpecInput,
  specSchema,
} from './spec.ts';

/** A spec that everything can run on. */
export type Experiment = {
  readonly spec: Spec;
  /** Of the canonical JSON (RFC 8785) of `spec`: key order, comments, YAML or JSON make no difference. */
  readonly digest: Digest;
  /** Most likely mistakes, with their places; with `strict: true` they are errors. */
  readonly warnings: readonly string[];
};

export type ParseOptions = {
  /** For messages; `.json` asks for strict JSON. */
  readonly fileName: string;
  /** Whether an environment variable that the spec refers to is set; left out: not checked. */
  readonly hasVariable?: (name: string) => boolean;
  /** Fields that the caller sets, whatever the text says. */
  readonly overrides?: Overrides;
};

export type Overrides = { readonly seed?: number; readonly threads?: number };

const OUTLINE = outlineOf(specSchema);

/** Reads a spec (YAML or JSON). Throws one `SpecFailure` that lists every error with its place, value and way out. */
export function parseSpec(content: string | Uint8Array, options: ParseOptions): Experiment {
  const text = decodeText(content, options.fileName);
  return examine(readDocument(text, options.fileName), options);
}

/** The same spec from TypeScript, checked by the same rules; throws `SpecFailure` with paths instead of lines. */
export function experiment(input: SpecInput): Experiment {
  const document = readDocument(JSON.stringify(input), 'experiment');
  const problems = document.problems.map((problem) => ({ ...problem, place: null }));
  return examine({ ...document, problems, placeOf: () => null }, { fileName: 'experiment' });
}

function examine(document: SpecDocument, options: ParseOptions): Experiment {
  const { fileName } = options;
  if (document.value === undefined) throw new SpecFailure(fileName, document.problems);
  const { findings, resolved } = check(document.value, options);
  const warnings = resolved === undefined ? [] : warnAboutFields(resolved);
  const errors = [...findings, ...(resolved?.strict ? warnings.map(asStrict) : [])];
  const unreadable = new Set(document.problems.map(({ path }) => pathText(path)));
  const problems = [
    ...document.problems,
    ...errors
      .filter(({ path }) => !unreadable.has(pathText(path)))
      .map((found) => placed(found, document)),
  ];
  if (problems.length > 0 || resolved === undefined) throw new SpecFailure(fileName, problems);
  const { algorithms: _, ...rest } = resolved;
  const spec: Spec = { ...rest, candidates: candidatesOf(resolved, document, fileName) };
  return {
    spec,
    digest: digestJson(asJson(spec)),
    warnings: warnings.map((found) => problemText(fileName, placed(found, document))),
  };
}

function candidatesOf(
  resolved: ResolvedSpec,
  document: SpecDocument,
  fileName: string,
): Spec['candidates'] {
  try {
    return expandCandidates(resolved);
  } catch (error) {
    if (!isFailure(error)) throw error;
    const { message } = error;
    const finding: Finding = { path: ['tune', 'method'], part: 'value', message };
    throw new SpecFailure(fileName, [placed(finding, document)]);
  }
}

/** Every finding of every kind: fields that the schema refuses are left out while the rest is checked. */
function check(
  value: PlainValue,
  { hasVariable, overrides = {} }: ParseOptions,
): { readonly findings: readonly Finding[]; readonly resolved: ResolvedSpec | undefined } {
  const parsed = specSchema.safeParse(value);
  const refused = parsed.success ? [] : findingsOf(parsed.error.issues, value, OUTLINE);
  const usable = parsed.success ? parsed.data : parseWithout(value, refused);
  const resolved = usable && resolveDefaults(override(usable, overrides));
  const algorithms = algorithmsSchema.safeParse(childValue(value, 'algorithms'));
  const findings = [
    ...refused,
    ...(algorithms.success ? checkAlgorithms(algorithms.data, taskOf(value)) : []),
    ...(resolved === undefined ? [] : checkFields(resolved)),
    ...(usable === undefined ? [] : checkVariable(usable, hasVariable)),
  ];
  return { findings, resolved };
}

function taskOf(value: PlainValue): Task | undefined {
  const task = childValue(childValue(value, 'target'), 'task');
  return task === 'classification' || task === 'regression' ? task : undefined;
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

function override(spec: ParsedSpec, { seed, threads }: Overrides): ParsedSpec {
  return {
    ...spec,
    seed: seed ?? spec.seed,
    engine: { ...spec.engine, threads: threads ?? spec.engine.threads },
  };
}

function checkVariable(
  { data }: ParsedSpec,
  hasVariable: ParseOptions['hasVariable'],
): readonly Finding[] {
  const name = variableOf(data.source);
  if (name === undefined || hasVariable === undefined || hasVariable(name)) return [];
  const message = `The environment variable ${name} is not set. Set it, or correct the reference.`;
  return [{ path: ['data', 'source', 'url'], part: 'value', message }];
}

function asStrict(warning: Finding): Finding {
  return { ...warning, message: `${warning.message} \`strict: true\` makes this an error.` };
}

function placed({ path, part, message }: Finding, document: SpecDocument): Problem {
  return { path, place: document.placeOf(path, part), message };
}
