import type { Digest } from '../domain/digest.ts';
import { isFailure } from '../domain/failure.ts';
import { asJson, type JsonObject } from '../domain/json.ts';
import { digestJson } from '../frame/digest.ts';
import { warnAboutFields } from './check-fields.ts';
import { type CheckOptions, checkMapValue, checkValue } from './check-value.ts';
import { decodeText } from './decode-text.ts';
import { readDocument, type SpecDocument } from './document.ts';
import { expandCandidates } from './expand-candidates.ts';
import { isBuiltIn, MAP_ARGS } from './map.ts';
import { type Problem, pathText, problemText, SpecFailure } from './problem.ts';
import { type ResolvedSpec, tableSpec } from './resolve-defaults.ts';
import { childValue } from './schema-outline.ts';
import type { Finding } from './schema-problems.ts';
import type { Spec, SpecInput, TableSpec } from './spec.ts';

/** A spec that everything can run on. */
export type Experiment = {
  readonly spec: Spec;
  /** Of the canonical JSON (RFC 8785) of `spec`: key order, comments, YAML or JSON make no difference. */
  readonly digest: Digest;
  /** Most likely mistakes, with their places; with `strict: true` they are errors. */
  readonly warnings: readonly string[];
};

export type ParseOptions = CheckOptions & {
  /** For messages; `.json` asks for strict JSON. */
  readonly fileName: string;
};

/** Reads a spec (YAML or JSON). Throws one `SpecFailure` that lists every error with its place, value and way out. */
export function parseSpec(content: string | Uint8Array, options: ParseOptions): Experiment {
  const text = decodeText(content, options.fileName);
  return examine(readDocument(text, options.fileName), options);
}

/** What `partita map` runs on. */
export type MapSpec = {
  readonly spec: TableSpec;
  readonly map: MapCall;
};

/** A function and its arguments, defaults filled in where it is a built-in one. */
export type MapCall = { readonly function: string; readonly args: JsonObject };

/** Reads a spec for `partita map`; throws as `parseSpec` does. */
export function parseMapSpec(content: string | Uint8Array, options: ParseOptions): MapSpec {
  const { fileName } = options;
  const document = readDocument(decodeText(content, fileName), fileName);
  if (document.value === undefined) throw new SpecFailure(fileName, document.problems);
  const { findings, usable } = checkMapValue(document.value, options);
  const problems = allProblems(document, findings);
  if (problems.length > 0 || usable?.map === undefined) throw new SpecFailure(fileName, problems);
  const { function: name, args } = usable.map;
  const whole = isBuiltIn(name) ? asJson(MAP_ARGS[name].parse(args)) : asJson(args);
  return { spec: tableSpec(usable), map: { function: name, args: whole } };
}

/** True for a spec that has nothing to learn, only a function to apply. */
export function isForMap(content: string | Uint8Array, fileName: string): boolean {
  const { value } = readDocument(decodeText(content, fileName), fileName);
  return childValue(value, 'map') !== undefined && childValue(value, 'target') === undefined;
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
  const { findings, resolved } = checkValue(document.value, options);
  const warnings = resolved === undefined ? [] : warnAboutFields(resolved);
  const errors = [...findings, ...(resolved?.strict ? warnings.map(asStrict) : [])];
  const problems = allProblems(document, errors);
  if (problems.length > 0 || resolved === undefined) throw new SpecFailure(fileName, problems);
  const { algorithms: _, ...rest } = resolved;
  const spec: Spec = { ...rest, candidates: candidatesOf(resolved, document, fileName) };
  return {
    spec,
    digest: digestJson(asJson(spec)),
    warnings: warnings.map((found) => problemText(fileName, placed(found, document))),
  };
}

/** What the reader says of a place stands for what a check says of it. */
function allProblems(document: SpecDocument, findings: readonly Finding[]): readonly Problem[] {
  const unreadable = new Set(document.problems.map(({ path }) => pathText(path)));
  const others = findings.filter(({ path }) => !unreadable.has(pathText(path)));
  return [...document.problems, ...others.map((found) => placed(found, document))];
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

function asStrict(warning: Finding): Finding {
  return { ...warning, message: `${warning.message} \`strict: true\` makes this an error.` };
}

function placed({ path, part, message }: Finding, document: SpecDocument): Problem {
  return { path, place: document.placeOf(path, part), message };
}
