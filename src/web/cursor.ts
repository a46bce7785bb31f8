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

/** A page of a list: one entry more is read than it shows, which says whether there is a further page. */
export async function readPage<Entry>(
  limit: number,
  read: (limit: number) => Promise<readonly Entry[]>,
  cursorOf: (entry: Entry) => string | number,
): Promise<{ readonly entries: readonly Entry[]; readonly next: string | null }> {
  const found = await read(limit + 1);
  const entries = found.slice(0, limit);
  const last = entries.at(-1);
  const goesOn = found.length > limit && last !== undefined;
  return { entries, next: goesOn ? String(cursorOf(last)) : null };
}
