import { askerOf } from '../actor.ts';
import type { lineageEndpoints } from '../contract/lineage.ts';
import { placeAfter, readPage, withoutPlace } from '../cursor.ts';
import type { Handlers, WebContext } from '../handler.ts';

export function lineageRoutes({ services }: WebContext): Handlers<keyof typeof lineageEndpoints> {
  return {
    'GET /impact': async ({ query }) => ({ json: await services.quarantines.impact(query) }),
    'GET /runs/{run}/diff/{other}': async ({ params: { run, other } }) => ({
      json: await services.diff(run, other),
    }),
    'GET /runs/{run}/diff/{other}/partitions': async ({
      params: { run, other },
      query: { limit, cursor, only },
    }) => {
      const after = placeAfter(cursor, -1);
      const { entries, next } = await readPage(
        limit,
        (count) =>
          services.facts.comparedPartitions(run, other, {
            after,
            limit: count,
            isNew: only === 'new',
          }),
        ({ ordinal }) => ordinal,
      );
      return { json: { partitions: entries, next } };
    },
    'GET /quarantines': async ({ query: { limit, cursor } }) => {
      const before = cursor === undefined ? undefined : placeAfter(cursor, 0);
      const { entries, next } = await readPage(
        limit,
        (count) => services.quarantines.list({ limit: count, before }),
        ({ place }) => place,
      );
      return { json: { quarantines: entries.map(withoutPlace), next } };
    },
    'GET /quarantines/changes': async ({ query: { limit, cursor } }) => {
      const before = cursor === undefined ? undefined : placeAfter(cursor, 0);
      const { entries, next } = await readPage(
        limit,
        (count) => services.quarantines.changes({ limit: count, before }),
        ({ place }) => place,
      );
      return { json: { changes: entries.map(withoutPlace), next } };
    },
    'POST /quarantines': async ({ body: { reason, ...asked } }, { actor }) => ({
      json: await services.quarantines.begin(asked, { ...askerOf(actor), reason }),
    }),
    'POST /quarantines/release': async ({ body: { reason, ...asked } }, { actor }) => ({
      json: await services.quarantines.end(asked, { ...askerOf(actor), reason }),
    }),
  };
}
