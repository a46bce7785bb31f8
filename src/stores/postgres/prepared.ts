import { createHash } from 'node:crypto';
import { sql } from 'kysely';

const MARK = '/* prepared */';

/** Begins a statement that is asked so often that each connection keeps it parsed and planned; its text must be one of few. */
export const PREPARED = sql.raw(MARK);

/** What such a statement is called on its connection; undefined for every other. */
export function preparedName(text: string): string | undefined {
  return text.startsWith(MARK)
    ? createHash('sha256').update(text).digest('hex').slice(0, 32)
    : undefined;
}
