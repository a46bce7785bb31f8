import type { Digest } from '../domain/digest.ts';
import type {
  BrokenInvariant,
  CheckedInvariants,
  IntegrityStore,
} from '../stores/integrity-store.ts';
import type { ObjectStore } from '../stores/object-store.ts';
import type { RetentionStore } from '../stores/retention-store.ts';

/** A record, and the files that it counts on. */
type Kept = {
  readonly integrity: IntegrityStore;
  readonly retention: Pick<RetentionStore, 'reachable'>;
  readonly objects: Pick<ObjectStore, 'has' | 'place'>;
};

/** Files that are named where some are missing. */
const NAMED = 5;
const FILES = 'stored-files';

/**
 * Whether the rows of the record fit each other, and every file that a kept run counts on is there; whether files hold
 * what they should is not looked at here: who uses one checks its digest.
 */
export async function checkIntegrity(kept: Kept): Promise<CheckedInvariants> {
  const { checked, broken } = await kept.integrity.checkInvariants();
  const missing = await missingFiles(kept);
  return { checked: [...checked, FILES], broken: [...broken, ...missing] };
}

async function missingFiles({ retention, objects }: Kept): Promise<readonly BrokenInvariant[]> {
  const gone: Digest[] = [];
  for (const digest of (await retention.reachable([])).objects)
    if (!(await objects.has(digest))) gone.push(digest);
  if (gone.length === 0) return [];
  // Some may have been collected meanwhile.
  const { objects: reachable } = await retention.reachable([]);
  const missing = gone.filter((digest) => reachable.has(digest)).toSorted();
  if (missing.length === 0) return [];
  return [
    {
      name: FILES,
      what: `files that kept runs count on and that are not there, such as ${objects.place(missing[0] as Digest)}`,
      count: missing.length,
      offenders: missing.slice(0, NAMED),
      remedy:
        'Bring them back from a backup; without them, `partita retry RUN --all` and new runs fit again what was lost.',
    },
  ];
}
