import type { Json } from '../../../domain/json.ts';

/** A value as a person reads it: text as it is, nothing as `none`, the rest as JSON. */
export function jsonText(value: Json): string {
  if (value === null) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
