import type { Digest } from '../../domain/digest.ts';
import type { dataEndpoints } from '../contract/data.ts';
import { placeAfter, placeBehind, withoutPlace } from '../cursor.ts';
import type { Handlers, WebContext } from '../handler.ts';

export function dataRoutes({
  services: { overview },
}: WebContext): Handlers<keyof typeof dataEndpoints> {
  return {
    'GET /experiments': async ({ query: { limit, cursor } }) => {
      const found = await overview.experiments({ limit, before: cursor });
      const last = found.length < limit ? undefined : found.at(-1);
      return { json: { experiments: found, next: last?.newest.runId ?? null } };
    },
    'GET /snapshots': async ({ query: { limit, cursor, experiment } }) => {
      const before = cursor === undefined ? undefined : placeAfter(cursor, 0);
      const found = await overview.snapshots({ limit, before, experiment });
      return {
        json: {
          snapshots: found.map(withoutPlace),
          next: placeBehind(found, limit, ({ place }) => place),
        },
      };
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
      const found = await overview.snapshotPartitions(snapshot as Digest, {
        after: placeAfter(cursor, -1),
        limit,
        comparedTo: comparedTo as Digest | undefined,
      });
      return {
        json: { partitions: found, next: placeBehind(found, limit, ({ ordinal }) => ordinal) },
      };
    },
  };
}
