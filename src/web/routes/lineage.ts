import { askerOf } from '../actor.ts';
import type { lineageEndpoints } from '../contract/lineage.ts';
import { placeAfter, withoutPlace } from '../cursor.ts';
import type { Handlers, WebContext } from '../handler.ts';

export function lineageRoutes({ services }: WebContext): Handlers<keyof typeof lineageEndpoints> {
  return {
    'GET /impact': async ({ query }) => ({ json: await services.quarantines.impact(query) }),
    'GET /runs/{run}/diff/{other}': async ({ params: { run, other } }) => ({
      json: await services.diff(run, other),
    }),
    'GET /quarantines': async ({ query: { limit, cursor } }) => {
      const before = cursor === undefined ? undefined : placeAfter(cursor, 0);
      const found = await services.quarantines.list({ limit, before });
      const last = found.length < limit ? undefined : found.at(-1);
      return {
        json: {
          quarantines: found.map(withoutPlace),
          next: last === undefined ? null : String(last.place),
        },
      };
    },
    'GET /quarantines/changes': async ({ query: { limit, cursor } }) => {
      const before = cursor === undefined ? undefined : placeAfter(cursor, 0);
      const found = await services.quarantines.changes({ limit, before });
      const last = found.length < limit ? undefined : found.at(-1);
      return {
        json: {
          changes: found.map(withoutPlace),
          next: last === undefined ? null : String(last.place),
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
