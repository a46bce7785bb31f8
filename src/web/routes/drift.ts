import { resolve } from 'node:path';
import type { Source } from '../../spec/source.ts';
import { API_ROOT } from '../contract/api.ts';
import type { driftEndpoints } from '../contract/drift.ts';
import type { PreviewSource } from '../contract/sources.ts';
import { placeAfter, readPage } from '../cursor.ts';
import { DriftResults, driftFolder } from '../drift-results.ts';
import type { Handlers, WebContext } from '../handler.ts';
import { checkReach, sourceOf } from '../submitted-spec.ts';

/** How long a request waits for what is being looked for before it is told to ask again. */
const PATIENCE_MS = 5_000;

export function driftRoutes(context: WebContext): Handlers<keyof typeof driftEndpoints> {
  const { services } = context;
  const results = new DriftResults(driftFolder(services.stateFolder));
  return {
    'POST /runs/{run}/drift': async ({ params, body: { source, ...limits } }, { actor }) => {
      const { runId: run, spec, baseFolder } = await services.facts.kept(params.run);
      const data = source === undefined ? undefined : newDataOf(context, source);
      // Whoever started the run may have named what may not be named over HTTP.
      if (data === undefined) checkReach(context, spec.data.source, baseFolder);
      const request = { run, ...limits, ...(data !== undefined && { data }) };
      const asked = results.begin(run, actor.name, (keep) =>
        services.drift(request, keep, new AbortController().signal),
      );
      const headers = { location: `${API_ROOT}/runs/${run}/drift` };
      return { json: { state: 'working', ...asked }, headers };
    },
    'GET /runs/{run}/drift': async ({ params }) => {
      const { runId } = await services.facts.kept(params.run);
      const found = await results.latest(runId, PATIENCE_MS);
      if (found === null) return { json: { state: 'none', runId } };
      return 'drift' in found
        ? { json: { state: 'done', ...found } }
        : { json: { state: 'working', ...found }, status: 202 };
    },
    'GET /runs/{run}/drift/partitions': async ({ params, query: { cursor, limit, status } }) => {
      const { runId } = await services.facts.kept(params.run);
      const after = placeAfter(cursor, -1);
      const { entries, next } = await readPage(
        limit,
        (count) => results.partitions(runId, { after, limit: count, status }),
        ({ ordinal }) => ordinal,
      );
      return { json: { partitions: entries.map(({ partition }) => partition), next } };
    },
  };
}

/** Its path starts at the server's folder, whatever folder the run's started at. */
function newDataOf(context: WebContext, asked: PreviewSource): Source {
  const source = sourceOf(asked);
  checkReach(context, source);
  return 'path' in source && source.kind !== 'spark'
    ? { ...source, path: resolve(context.workingFolder, source.path) }
    : source;
}
