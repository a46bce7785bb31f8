import type { Kysely } from 'kysely';
import type { Digest } from '../../domain/digest.ts';
import type { ObjectKind } from '../impact.ts';
import type { Database } from './database.ts';
import { insertRows } from './rows.ts';

export type KnownObject = {
  readonly digest: Digest;
  readonly kind: ObjectKind;
  readonly byteSize: number | null;
};

/**
 * Makes objects known before rows refer to them. Once per transaction, and in digest order: writers that share objects
 * (equal models have equal digests) then wait for each other instead of in a circle.
 */
export async function knowObjects(
  db: Kysely<Database>,
  objects: readonly KnownObject[],
): Promise<void> {
  const rows = objects
    .map(({ digest, kind, byteSize }) => ({ digest, kind, byte_size: byteSize }))
    .sort((a, b) => (a.digest < b.digest ? -1 : 1));
  await insertRows(db, 'object', { digest: 'digest', kind: 'text', byte_size: 'bigint' }, rows);
}
