import { askerOf } from '../actor.ts';
import type { lineageEndpoints } from '../contract/lineage.ts';
import { placeAfter, placeBehind, withoutPlace } from '../cursor.ts';
import type { Handlers, WebContext } from '../handler.ts';

export function lineageRoutes({ services }: WebContext): Handlers<keyof typeof lineageEndpoints> {
  return {
    'GET /impact': async ({ query }) => ({ json: await services.quarantines.impact(query) }),
    'GET /runs/{run}/diff/{other}': async ({ params: { run, other } }) => ({
      json: await services.diff(run, other),
    }),
    'GET /runs/{run}/diff/{other}/partitions': async ({
      params: { run, other },
      query: { limit, cursor },
    }) => {
      const page = { after: placeAfter(cursor, -1), limit };
      const partitions = await services.facts.comparedPartitions(run, other, page);
      const next = placeBehind(partitions, limit, ({ ordinal }) => ordinal);
      return { json: { partitions, next } };
    },
    'GET /quarantines': async ({ query: { limit, cursor } }) => {
      const before = cursor === undefined ? undefined : placeAfter(cursor, 0);
      const found = await services.quarantines.list({ limit, before });
      return {
        json: {
          quarantines: found.map(withoutPlace),
          next: placeBehind(found, limit, ({ place }) => place),
        },
      };
    },
    'GET /quarantines/changes': async ({ query: { limit, cursor } }) => {
      const before = cursor === undefined ? undefined : placeAfter(cursor, 0);
      const found = await services.quarantines.changes({ limit, before });
      return {
        json: {
          changes: found.map(withoutPlace),
          next: placeBehind(found, limit, ({ place }) => place),
        },
      };
    },
    'POST /quarantines': async ({ body: { reason, ...asked } }, { actor }) => ({
      json: await services.quarantines.begin(asked, { ...askerOf(actor), reason }),
    }),
    'POST /quarantines/release': async ({ body: { reason, ...asked } }, { actor }) => ({
      json: await services.quarantines.end(asked, { ...askerOf(actor), reason }),
    }),
  };
}
