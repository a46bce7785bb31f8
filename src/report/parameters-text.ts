import type { Json, JsonObject } from '../domain/json.ts';

/** `trees 100, max_depth none`; of an ensemble who is in it: `0.7 ridge + 0.3 knn`. */
export function parametersText(parameters: JsonObject): string {
  return Object.entries(parameters)
    .map(([name, value]) => membersText(value) ?? `${name} ${valueText(value)}`)
    .join(', ');
}

/** The value of one of them by itself. */
export function parameterText(value: Json): string {
  return membersText(value) ?? valueText(value);
}

function valueText(value: Json): string {
  if (value === null) return 'none';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Null for anything but the members of an ensemble. */
function membersText(value: Json): string | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  const members = (value as readonly Json[]).map(memberText);
  return members.every((member) => member !== null) ? members.join(' + ') : null;
}

function memberText(member: Json): string | null {
  if (typeof member !== 'object' || member === null) return null;
  const { weight, algorithm } = member as JsonObject;
  return typeof weight === 'number' && typeof algorithm === 'string'
    ? `${weight} ${algorithm}`
    : null;
}
