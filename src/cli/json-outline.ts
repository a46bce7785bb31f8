import type { Json } from '../domain/json.ts';
import { printable } from '../domain/printable.ts';

/** Texts and lists longer than this are cut; objects that fit into the shorter length stand on one line. */
const MAX_LINE = 200;
const MAX_INLINE = 160;

/** JSON data for people: one `name: value` per line, indented; what is short stands on one line, numbers have six digits. */
export function jsonOutline(value: Json, indent = ''): readonly string[] {
  if (isPlain(value)) return [`${indent}${plainText(value)}`];
  const entries: readonly (readonly [string, Json])[] = Array.isArray(value)
    ? value.map((item: Json): [string, Json] => ['-', item])
    : Object.entries(value as { readonly [key: string]: Json });
  return entries.flatMap(([name, child]) => {
    const label = name === '-' ? `${indent}-` : `${indent}${printable(name)}:`;
    const line = isPlain(child) ? plainText(child) : inlineText(child);
    if (line !== null) return [`${label} ${line}`];
    return [label, ...jsonOutline(child, `${indent}  `)];
  });
}

/** `kind number, missing 5`, or null where that would be long or nested. */
function inlineText(value: Json): string | null {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return null;
  const entries = Object.entries(value);
  if (!entries.every(([, child]) => isPlain(child))) return null;
  const text = entries
    .map(([name, child]) => `${printable(name)} ${plainText(child as Json)}`)
    .join(', ');
  return text.length <= MAX_INLINE ? text : null;
}

function isPlain(value: Json): boolean {
  if (value === null || typeof value !== 'object') return true;
  if (!Array.isArray(value)) return Object.keys(value).length === 0;
  return value.every((item: Json) => item === null || typeof item !== 'object');
}

function plainText(value: Json): string {
  if (Array.isArray(value))
    return printable(value.map(scalarText).join(', ') || '(none)', MAX_LINE);
  return value !== null && typeof value === 'object'
    ? '(none)'
    : printable(scalarText(value), MAX_LINE);
}

function scalarText(value: Json): string {
  if (typeof value === 'number' && !Number.isInteger(value))
    return String(Number(value.toPrecision(6)));
  return typeof value === 'string' ? value : JSON.stringify(value);
}
