import { WebFailure } from './problems.ts';

/** The number that a page before ended with; `first` for the first page. Throws `WebFailure('bad-request')`. */
export function placeAfter(cursor: string | undefined, first: number): number {
  if (cursor === undefined) return first;
  const place = Number(cursor);
  if (/^\d{1,15}$/.test(cursor)) return place;
  throw new WebFailure('bad-request', `"${cursor}" is no cursor: take the \`next\` of a page.`);
}

/** What a list shows of an entry: its place is for cursors. */
export function withoutPlace<Entry extends { readonly place: number }>(
  entry: Entry,
): Omit<Entry, 'place'> {
  const { place: _, ...shown } = entry;
  return shown;
}

/** The cursor behind a page; null: it is the last one, since it is not full. */
export function placeBehind<Entry>(
  page: readonly Entry[],
  limit: number,
  placeOf: (entry: Entry) => number,
): string | null {
  const last = page.length < limit ? undefined : page.at(-1);
  return last === undefined ? null : String(placeOf(last));
}
