import type { Digest } from '../../domain/digest.ts';
import type { dataEndpoints } from '../contract/data.ts';
import { placeAfter, readPage, withoutPlace } from '../cursor.ts';
import type { Handlers, WebContext } from '../handler.ts';

export function dataRoutes({
  services: { overview },
}: WebContext): Handlers<keyof typeof dataEndpoints> {
  return {
    'GET /experiments': async ({ query: { limit, cursor } }) => {
      const { entries, next } = await readPage(
        limit,
        (count) => overview.experiments({ limit: count, before: cursor }),
        ({ newest }) => newest.runId,
      );
      return { json: { experiments: entries, next } };
    },
    'GET /snapshots': async ({ query: { limit, cursor, experiment } }) => {
      const before = cursor === undefined ? undefined : placeAfter(cursor, 0);
      const { entries, next } = await readPage(
        limit,
        (count) => overview.snapshots({ limit: count, before, experiment }),
        ({ place }) => place,
      );
      return { json: { snapshots: entries.map(withoutPlace), next } };
    },
    'GET /snapshots/{snapshot}': async ({ params: { snapshot } }) => {
      const { older, ...found } = await overview.snapshot(snapshot as Digest);
      const before = older && { digest: older.digest, firstSeenAt: older.firstSeenAt };
      return { json: { ...withoutPlace(found), older: before } };
    },
    'GET /snapshots/{snapshot}/partitions': async ({
      params: { snapshot },
      query: { limit, cursor, comparedTo },
    }) => {
      const asked = {
        after: placeAfter(cursor, -1),
        comparedTo: comparedTo as Digest | undefined,
      };
      const { entries, next } = await readPage(
        limit,
        (count) => overview.snapshotPartitions(snapshot as Digest, { ...asked, limit: count }),
        ({ ordinal }) => ordinal,
      );
      return { json: { partitions: entries, next } };
    },
  };
}
