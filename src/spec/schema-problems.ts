import type { z } from 'zod';
import { suggestion } from '../domain/nearest-name.ts';
import type { Path } from './problem.ts';
import {
  allowedKeys,
  allowedTexts,
  childValue,
  describeSchema,
  type JsonSchema,
  schemaAt,
} from './schema-outline.ts';

/** What a schema or a check has to say about one part of a spec. */
export type Finding = {
  readonly path: Path;
  readonly part: 'key' | 'value';
  readonly message: string;
};

export function finding(path: Path, message: string, part: Finding['part'] = 'value'): Finding {
  return { path, part, message };
}

type Issue = z.core.$ZodIssue;

const SECRET_NAME = /passw|passwd|pwd|secret|token|credential|api_?key|private_?key/i;

/** zod's issues with `value` as sentences: the value, what is allowed, the nearest name. `prefix`: where `value` stands in the spec. */
export function findingsOf(
  issues: readonly Issue[],
  value: unknown,
  outline: JsonSchema,
  prefix: Path = [],
): readonly Finding[] {
  const found = issues.flatMap((issue) => explain(issue, value, outline));
  return found.map((finding) => ({ ...finding, path: [...prefix, ...finding.path] }));
}

function explain(issue: Issue, root: unknown, outline: JsonSchema): readonly Finding[] {
  const path = issue.path as Path;
  const value = valueAt(root, path);
  const schema = schemaAt(outline, path, root) ?? {};
  switch (issue.code) {
    case 'unrecognized_keys':
      return unknownKeys(issue.keys, path, allowedKeys(schema, value));
    case 'invalid_union':
      return explainUnion(issue, root, outline);
    case 'custom':
      return [{ path, part: 'value', message: issue.message }];
    case 'invalid_key':
      return [{ path, part: 'key', message: issue.issues[0]?.message ?? issue.message }];
    case 'invalid_element':
    case 'invalid_format':
    case 'invalid_type':
    case 'invalid_value':
    case 'not_multiple_of':
    case 'too_big':
    case 'too_small':
      return [wrongValue(issue, path, value, schema)];
  }
}

function wrongValue(issue: Issue, path: Path, value: unknown, schema: JsonSchema): Finding {
  const expected = `Expected ${describeSchema(schema)}.`;
  if (value === undefined) return { path, part: 'key', message: `Missing. ${expected}` };
  const hint = typeof value === 'string' ? suggestion(value, allowedTexts(schema)) : '';
  // A pattern says nothing to people; its own sentence does.
  const allowed = issue.code === 'invalid_format' ? issue.message : `${hint}${expected}`;
  return { path, part: 'value', message: `${showValue(value, path)} is not allowed. ${allowed}` };
}

/** The alternative that was most likely meant speaks; where none was, its keys or the whole choice. */
function explainUnion(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  root: unknown,
  outline: JsonSchema,
): readonly Finding[] {
  const path = issue.path as Path;
  const value = valueAt(root, path);
  const schema = schemaAt(outline, path, root) ?? {};
  const meant = issue.errors
    .filter((branch) => !branch.some(rejectsShape))
    .sort((a, b) => a.length - b.length)[0];
  if (meant !== undefined) {
    const issues = meant.map((inner) => ({ ...inner, path: [...path, ...inner.path] }) as Issue);
    return issues.flatMap((inner) => explain(inner, root, outline));
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    const allowed = allowedKeys(schema, undefined);
    const unknown = Object.keys(value).filter((key) => !allowed.includes(key));
    if (allowed.length > 0 && unknown.length > 0) return unknownKeys(unknown, path, allowed);
  }
  return [wrongValue(issue, path, value, schema)];
}

function rejectsShape(issue: Issue): boolean {
  return (
    issue.path.length === 0 &&
    ['unrecognized_keys', 'invalid_type', 'invalid_value', 'invalid_union'].includes(issue.code)
  );
}

function unknownKeys(
  keys: readonly string[],
  path: Path,
  allowed: readonly string[],
): readonly Finding[] {
  return keys.map((key) => ({
    path: [...path, key],
    part: 'key',
    message: SECRET_NAME.test(key)
      ? 'A spec holds no secrets. Put it into an environment variable and write a reference such as `url: ${env:SOURCE_URL}`.'
      : `Unknown key. ${suggestion(key, allowed)}Allowed here: ${allowed.map((name) => `\`${name}\``).join(', ')}.`,
  }));
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce(childValue, root);
}

/** The value for a message, short; never one that may be a secret. */
function showValue(value: unknown, path: Path): string {
  if (SECRET_NAME.test(String(path.at(-1))) || path.at(-1) === 'url') return 'This value';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
