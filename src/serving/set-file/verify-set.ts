import type { Digest } from '../../domain/digest.ts';
import type { Directory, StoredMember } from './layout.ts';
import { SetReader } from './set-reader.ts';

export type SetVerdict = {
  readonly digest: Digest;
  readonly version: number;
  /** Distinct models whose bytes were read. */
  readonly models: number;
};

/** Reads all of the present version. Throws `Failure('corrupt-object')` that names the first part which was changed. */
export async function verifySet(path: string): Promise<SetVerdict> {
  const reader = await SetReader.open(path);
  try {
    const seen = new Set<Digest>();
    const check = async ([, , , , parts]: StoredMember) => {
      for (const [offset, length, digest] of parts) {
        if (seen.has(digest)) continue;
        await reader.model({ offset, length }, digest);
        seen.add(digest);
      }
    };
    const checkAll = async (directory: Directory) => {
      for (const [, page] of directory)
        for (const [, entry] of await reader.page(page))
          if (typeof entry !== 'string') await check(entry);
    };
    await checkAll(reader.members);
    await checkAll(reader.parents);
    const { global, version } = reader.manifest;
    if (global !== null) await check(global);
    return { digest: reader.digest, version, models: seen.size };
  } finally {
    await reader.close();
  }
}
