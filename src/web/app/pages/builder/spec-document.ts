import type { Json, JsonObject } from '../../../../domain/json.ts';

/** Keys and list positions from the top of the spec to a value. */
export type Path = readonly (string | number)[];

/** Parts of a spec that ask for something by standing there, be they empty. */
const OPTIONAL_PARTS = ['intervals', 'ensemble', 'explain'] as const;
export type OptionalPartName = (typeof OPTIONAL_PARTS)[number];

/** What stands at a path; undefined where nothing does. */
export function valueAt(document: Json | undefined, path: Path): Json | undefined {
  let value = document;
  for (const step of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    const holder: { readonly [key: string]: Json } = value as never;
    value = Object.hasOwn(holder, step) ? holder[step] : undefined;
  }
  return value;
}

/**
 * The document with another value at a path, everything else untouched; undefined takes the key away. Objects on the way
 * are made where they are missing and taken away where they become empty, so that a field set and unset leaves no trace;
 * only a part that asks for something by standing there stays, with its defaults.
 */
export function withValue(document: JsonObject, path: Path, value: Json | undefined): JsonObject {
  const next = (replaced(document, path, value) ?? {}) as JsonObject;
  const part = OPTIONAL_PARTS.find((name) => name === path[0]);
  const isEmptied = part !== undefined && path.length > 1 && !Object.hasOwn(next, part);
  return isEmptied ? { ...next, [part]: {} } : next;
}

function replaced(holder: Json | undefined, path: Path, value: Json | undefined): Json | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof step === 'number') return replacedItem(holder, step, rest, value);
  const entries =
    typeof holder === 'object' && holder !== null && !Array.isArray(holder) ? holder : {};
  const before = entries as JsonObject;
  const next = replaced(Object.hasOwn(before, step) ? before[step] : undefined, rest, value);
  const kept = Object.entries(before).map(([key, old]): [string, Json | undefined] => [
    key,
    key === step ? next : old,
  ]);
  if (!Object.hasOwn(before, step)) kept.push([step, next]);
  const left = kept.filter((entry): entry is [string, Json] => entry[1] !== undefined);
  return left.length === 0 ? undefined : Object.fromEntries(left);
}

function replacedItem(
  holder: Json | undefined,
  index: number,
  rest: Path,
  value: Json | undefined,
): Json | undefined {
  const list: readonly Json[] = Array.isArray(holder) ? holder : [];
  const next = replaced(list[index], rest, value);
  const items = next === undefined ? list.filter((_, i) => i !== index) : [...list];
  if (next !== undefined) items[index] = next;
  return items.length === 0 ? undefined : items;
}

export function pathText(path: Path): string {
  return path.join('.');
}

/** A spec takes one name or several; a form always has a list. */
export function namesOf(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return [value];
  return Array.isArray(value)
    ? value.filter((name): name is string => typeof name === 'string')
    : [];
}

/** One name is written as such, as a person would. */
export function namesValue(names: readonly string[]): Json | undefined {
  return names.length === 0 ? undefined : names.length === 1 ? (names[0] ?? '') : names;
}
