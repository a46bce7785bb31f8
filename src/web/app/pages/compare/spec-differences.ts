import { asJson, type Json, type JsonObject } from '../../../../domain/json.ts';
import type { RunDetail } from '../../api/answers.ts';
import { jsonText } from '../../parts/json-text.ts';

export type Difference = { readonly field: string; readonly from: string; readonly to: string };

/** What two runs had different: the rows, and every field of the spec. */
export function differencesOf(before: RunDetail, after: RunDetail): readonly Difference[] {
  const fields = new Map<string, { from?: Json; to?: Json }>();
  for (const [field, from] of flatten(asJson(before.spec))) fields.set(field, { from });
  for (const [field, to] of flatten(asJson(after.spec)))
    fields.set(field, { ...fields.get(field), to });
  const ofSpec = [...fields].map(([field, { from, to }]) => ({
    field,
    from: textOf(from),
    to: textOf(to),
  }));
  const rows = {
    field: 'rows (snapshot)',
    from: before.snapshot?.digest ?? 'none',
    to: after.snapshot?.digest ?? 'none',
  };
  return [rows, ...ofSpec].filter(({ from, to }) => from !== to);
}

/** Every leaf with its path; lists are leaves. */
function flatten(value: JsonObject, path = ''): readonly (readonly [string, Json])[] {
  return Object.entries(value).flatMap(([key, child]): readonly (readonly [string, Json])[] => {
    const field = path === '' ? key : `${path}.${key}`;
    const isObject = typeof child === 'object' && child !== null && !Array.isArray(child);
    return isObject ? flatten(child as JsonObject, field) : [[field, child]];
  });
}

function textOf(value: Json | undefined): string {
  return value === undefined ? '–' : jsonText(value);
}
