import type { Column } from '../frame/frame.ts';
import type { ColumnProfile } from './profile-facts.ts';
import { labelsOf } from './target.ts';

/** With fewer rows than this a coincidence looks like a copy. */
const MIN_ROWS = 50;

/** A column with what is known of it. */
export type ProfiledColumn = { readonly column: Column; readonly profile: ColumnProfile };

/**
 * What is suspicious about one column beside the target: it repeats the target, or it names rows. Sentences without
 * numbers, so that the same suspicion of many partitions is one warning.
 */
export function leakageOf(suspect: ProfiledColumn, target: ProfiledColumn): readonly string[] {
  const { column, profile } = suspect;
  const present = rowCountOf(column) - profile.missing;
  if (present < MIN_ROWS) return [];
  if (isCopy(suspect, target))
    return [
      `Column "${column.name}" says the same as the target "${target.column.name}": if it is not known when predictions are made, list it in columns.drop`,
    ];
  if (column.kind === 'category' && profile.distinct === present)
    return [
      `Column "${column.name}" has a different text in every row: an identifier teaches nothing, list it in columns.drop or name it as columns.id`,
    ];
  return [];
}

/** One value for each value of the target and the other way round, in rows that have both; at least two of them. */
function isCopy(suspect: ProfiledColumn, known: ProfiledColumn): boolean {
  const [column, target] = [suspect.column, known.column];
  if (column.kind === 'number' && target.kind === 'number')
    return isLinearCopy(column.values, target.values);
  // Most columns end here, before a text is made of every number.
  if (suspect.profile.distinct !== known.profile.distinct) return false;
  const a = labelsOf(column);
  const b = labelsOf(target);
  if (a.labels.length !== b.labels.length || a.labels.length < 2) return false;
  // Two columns with a new value in every row always match.
  if (a.labels.length * 2 > a.codes.length) return false;
  const partner = new Int32Array(a.labels.length).fill(-1);
  const taken = new Uint8Array(b.labels.length);
  for (let i = 0; i < a.codes.length; i++) {
    const from = a.codes[i] as number;
    const to = b.codes[i] as number;
    if (from < 0 || to < 0) continue;
    if (partner[from] === -1) {
      if (taken[to] === 1) return false;
      partner[from] = to;
      taken[to] = 1;
    } else if (partner[from] !== to) return false;
  }
  return true;
}

/** True when target = a + b·column in every row that has both, to 1e-9 of the target's range. */
function isLinearCopy(values: Float64Array, target: Float64Array): boolean {
  const low = extremeRow(values, target, (a, b) => a < b);
  const high = extremeRow(values, target, (a, b) => a > b);
  if (low < 0 || values[low] === values[high]) return false;
  const rise = (target[high] as number) - (target[low] as number);
  const slope = rise / ((values[high] as number) - (values[low] as number));
  if (!Number.isFinite(slope) || slope === 0) return false;
  for (let i = 0; i < values.length; i++) {
    const line =
      (target[low] as number) + slope * ((values[i] as number) - (values[low] as number));
    if (Math.abs((target[i] as number) - line) > 1e-9 * Math.abs(rise)) return false;
  }
  return true;
}

function extremeRow(
  values: Float64Array,
  target: Float64Array,
  isBeyond: (a: number, b: number) => boolean,
): number {
  let found = -1;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i]) || Number.isNaN(target[i])) continue;
    if (found < 0 || isBeyond(values[i] as number, values[found] as number)) found = i;
  }
  return found;
}

function rowCountOf(column: Column): number {
  switch (column.kind) {
    case 'number':
      return column.values.length;
    case 'time':
      return column.micros.length;
    case 'category':
      return column.codes.length;
  }
}
