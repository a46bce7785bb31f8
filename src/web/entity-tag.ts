import type { JsonObject } from '../domain/json.ts';
import { digestJson } from '../frame/digest.ts';

/** A strong tag: equal data, equal tag. */
export function entityTag(data: JsonObject): string {
  return `"${digestJson(data).slice('sha256:'.length, 'sha256:'.length + 32)}"`;
}
