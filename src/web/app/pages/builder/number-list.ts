import type { Json } from '../../../../domain/json.ts';
import { jsonText } from '../../parts/json-text.ts';

/** The numbers that are typed one after the other; what is no number stays as typed, for the server to say what is wrong. */
export function numbersIn(text: string): readonly (number | string)[] {
  const items = text.split(/[\s,;]+/).filter((item) => item !== '');
  return items.map((item) => (Number.isFinite(Number(item)) ? Number(item) : item));
}

/** What a field of numbers shows: what was typed while it means the present value, since a comma may just have been added. */
export function numbersText(typed: string, value: Json | undefined): string {
  const given: readonly Json[] = Array.isArray(value) ? value : [];
  const meant = numbersIn(typed);
  const isMeant = meant.length === given.length && meant.every((item, i) => item === given[i]);
  return isMeant ? typed : given.map(jsonText).join(', ');
}
