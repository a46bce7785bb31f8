import type { Json } from '../domain/json.ts';
import { printable } from '../domain/printable.ts';

/** JSON data for people: one `name: value` per line, indented, lists of plain values on one line. */
export function jsonOutline(value: Json, indent = ''): readonly string[] {
  if (isPlain(value)) return [`${indent}${plainText(value)}`];
  const entries: readonly (readonly [string, Json])[] = Array.isArray(value)
    ? value.map((item: Json): [string, Json] => ['-', item])
    : Object.entries(value as { readonly [key: string]: Json });
  return entries.flatMap(([name, child]) => {
    const label = name === '-' ? `${indent}-` : `${indent}${printable(name)}:`;
    if (isPlain(child)) return [`${label} ${plainText(child)}`];
    return [label, ...jsonOutline(child, `${indent}  `)];
  });
}

const MAX_LINE = 200;

function isPlain(value: Json): boolean {
  if (value === null || typeof value !== 'object') return true;
  if (!Array.isArray(value)) return Object.keys(value).length === 0;
  return value.every((item: Json) => item === null || typeof item !== 'object');
}

function plainText(value: Json): string {
  if (typeof value === 'string') return printable(value, MAX_LINE);
  if (Array.isArray(value))
    return printable(value.map(scalarText).join(', ') || '(none)', MAX_LINE);
  return value !== null && typeof value === 'object' ? '(none)' : String(value);
}

function scalarText(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
