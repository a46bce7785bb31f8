import type { runFactsEndpoints } from '../contract/run-facts.ts';
import { placeAfter, readPage } from '../cursor.ts';
import type { StreamSlots } from '../event-stream.ts';
import { eventStream } from '../event-stream.ts';
import type { Handlers, WebContext } from '../handler.ts';

export function runFactsRoutes(
  { services }: WebContext,
  slots: StreamSlots,
): Handlers<keyof typeof runFactsEndpoints> {
  const { facts } = services;
  return {
    'GET /runs/{run}/stages': async ({ params: { run } }) => ({
      json: { stages: await facts.stages(run) },
    }),
    'GET /runs/{run}/partitions': async ({ params: { run }, query }) => {
      const { limit, cursor, state, search } = query;
      const after = placeAfter(cursor, -1);
      const { entries, next } = await readPage(
        limit,
        (count) => facts.partitions(run, { after, limit: count, state, search }),
        ({ ordinal }) => ordinal,
      );
      return { json: { partitions: entries, next } };
    },
    'GET /runs/{run}/partition-counts': async ({ params: { run } }) => {
      const states = await facts.partitionStates(run);
      const total = Object.values(states).reduce((sum, count) => sum + count, 0);
      return { json: { total, states } };
    },
    'GET /runs/{run}/partitions/{partition}': async ({ params: { run, partition } }) => ({
      json: await facts.partition(run, partition),
    }),
    'GET /runs/{run}/partitions/{partition}/log': async ({ params: { run, partition } }) => {
      const { trained } = await facts.partition(run, partition);
      return { json: { log: trained?.log ?? '' } };
    },
    'GET /runs/{run}/attempts': async ({ params: { run }, query: { cursor, limit } }) => {
      const after = placeAfter(cursor, 0);
      const { entries, next } = await readPage(
        limit,
        (count) => facts.attempts(run, { after, limit: count }),
        ({ id }) => id,
      );
      return { json: { attempts: entries, next } };
    },
    'GET /runs/{run}/failures': async ({ params: { run } }) => ({
      json: { failures: await facts.failures(run) },
    }),
    'GET /runs/{run}/events': ({ params: { run } }, { request }) =>
      eventStream(services, run, request, slots),
  };
}
