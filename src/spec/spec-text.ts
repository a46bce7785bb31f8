import { stringify } from 'yaml';
import type { JsonObject } from '../domain/json.ts';
import { decodeText } from './decode-text.ts';
import { readDocument } from './document.ts';
import { SpecFailure } from './problem.ts';

/** A spec given as data, as the YAML that a person would write: block style, short lists on one line, no aliases. */
export function specYaml(data: JsonObject): string {
  return stringify(data, {
    version: '1.2',
    schema: 'core',
    aliasDuplicateObjects: false,
    lineWidth: 120,
  });
}

/** YAML or JSON as data, nothing filled in and nothing checked but its form. Throws `SpecFailure`. */
export function specData(content: string, fileName: string): JsonObject {
  const { value, problems } = readDocument(decodeText(content, fileName), fileName);
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (problems.length === 0 && isMap) return value as JsonObject;
  const noMap = { path: [], place: { line: 1, column: 1 }, message: 'A spec is a map of fields.' };
  throw new SpecFailure(fileName, problems.length === 0 ? [noMap] : problems);
}
