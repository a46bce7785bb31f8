import { createReadStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { Failure } from '../../domain/failure.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { RunControl, RunState } from '../../operations/requests.ts';
import type { Services } from '../../operations/services.ts';
import type { ReportFacts } from '../../report/facts.ts';
import { type Actor, askerOf } from '../actor.ts';
import { API_ROOT } from '../contract/api.ts';
import type { Frozen } from '../contract/endpoint.ts';
import type { RunDetail, runEndpoints } from '../contract/runs.ts';
import { readPage } from '../cursor.ts';
import { entityTag } from '../entity-tag.ts';
import type { Caller, Handlers, WebContext } from '../handler.ts';
import { pageOfItsOwn } from '../pages.ts';
import { WebFailure } from '../problems.ts';
import { prepareSpec } from '../submitted-spec.ts';

type Runs = Handlers<keyof typeof runEndpoints>;

export function runRoutes(context: WebContext): Runs {
  const { services } = context;
  return {
    'GET /runs': async ({ query: { limit, cursor, experiment, since, among } }) => {
      const asked = {
        ...(since === undefined ? {} : { changed: { since, among: among?.split(',') ?? [] } }),
        ...(cursor === undefined ? {} : { before: cursor }),
        ...(experiment === undefined ? {} : { experiment }),
      };
      const { entries, next } = await readPage(
        limit,
        (count) => services.runs({ ...asked, limit: count }),
        ({ runId }) => runId,
      );
      return { json: { runs: entries, next } };
    },
    'POST /runs': async ({ body: { reuse = true, ...body }, headers }, { actor }) => {
      const prepared = await prepareSpec(context, body);
      const { runId } = await services.submit(prepared, {
        requestedBy: actor.name,
        idempotencyKey: keyOf(actor, headers),
        reuse,
      });
      return { json: { runId }, headers: { location: `${API_ROOT}/runs/${runId}` } };
    },
    'POST /examples/mining': async (_, { actor }) => {
      const { spec: path } = await services.loadExample();
      const prepared = await prepareSpec(context, { content: await readFile(path, 'utf8') });
      const { runId } = await services.submit(prepared, { requestedBy: actor.name });
      return { json: { runId }, headers: { location: `${API_ROOT}/runs/${runId}` } };
    },
    'GET /runs/{run}': async ({ params: { run } }) => {
      const found = await services.facts.run(run);
      return { json: detailOf(found), headers: { etag: steeringTag(found.state) } };
    },
    'GET /runs/{run}/result': async ({ params: { run } }) => {
      const text = Readable.from(await services.resultText(run), { objectMode: false });
      return new Response(Readable.toWeb(text) as ReadableStream, {
        headers: { 'content-type': 'application/json' },
      });
    },
    ...controlRoutes(services),
    'POST /runs/{run}/retry': async ({ params: { run }, headers, body }, { actor }) => {
      const idempotencyKey = keyOf(actor, headers);
      const asked = { ...body, run, requestedBy: actor.name, idempotencyKey };
      const result = await services.retry(asked);
      const { runId } = result;
      return {
        json: result,
        ...(runId === null ? {} : { headers: { location: `${API_ROOT}/runs/${runId}` } }),
      };
    },
    'POST /runs/{run}/reproduce': async ({ params: { run }, headers }, { actor }) => {
      const { role } = askerOf(actor);
      const by = { requestedBy: actor.name, role, idempotencyKey: keyOf(actor, headers) };
      const started = await services.reproduce(run, by);
      if (started.kind === 'ended')
        throw new Failure(
          'not-reproducible',
          `The stored rows of run ${started.reproduction.origin} are gone, or are not what it read: nothing was started. Where the source still has them, a new run of the same spec reads it again.`,
        );
      const { runId, origin } = started;
      return { json: { runId, origin }, headers: { location: `${API_ROOT}/runs/${runId}` } };
    },
    'GET /runs/{run}/reproduction': async ({ params: { run } }) => ({
      json: await services.compareReproduction(run),
    }),
    'POST /runs/{run}/reproduction': async ({ params: { run } }, { actor }) => ({
      json: await services.recordReproduction(run, askerOf(actor)),
    }),
    'GET /runs/{run}/report': async ({ params: { run } }) => ({
      json: JSON.parse(await services.report(run, 'json')) as ReportFacts,
    }),
    'GET /runs/{run}/report.html': async ({ params: { run }, query: { download } }) =>
      pageOfItsOwn(await services.report(run, 'html'), 'report.html', download !== undefined),
    'GET /runs/{run}/predictions': ({ params: { run }, query: { split, format } }) =>
      predictionsFile(services, run, split, format),
  };
}

/** One caller's keys are not another's. */
function keyOf(
  { name }: Actor,
  { 'idempotency-key': key }: { readonly 'idempotency-key'?: string | undefined },
): string | undefined {
  return key === undefined ? undefined : `${name}: ${key}`;
}

/** What the endpoints that steer a run are asked with. */
type Steering = {
  readonly params: { readonly run: string };
  readonly headers: { readonly 'if-match'?: string | undefined };
};

function controlRoutes(services: Services) {
  const control = async (
    { params: { run }, headers: { 'if-match': ifMatch } }: Steering,
    wanted: RunControl,
    { actor }: Pick<Caller, 'actor'>,
  ) => {
    if (ifMatch !== undefined) {
      const seen = steeringTag(await services.state(run));
      if (seen !== ifMatch)
        throw new WebFailure(
          'changed-meanwhile',
          `Run ${run} was changed meanwhile: look at it again.`,
        );
    }
    const state = await services.control(run, wanted, askerOf(actor));
    return { json: state, headers: { etag: steeringTag(state) } };
  };
  const plain =
    (kind: 'pause' | 'resume' | 'cancel') => (asked: Steering, caller: Pick<Caller, 'actor'>) =>
      control(asked, { kind }, caller);
  const concurrent = (
    asked: Steering & { readonly body: { readonly concurrency: number } },
    caller: Pick<Caller, 'actor'>,
  ) => {
    const { concurrency } = asked.body;
    return control(asked, { kind: 'set-concurrency', concurrency }, caller);
  };
  return {
    'POST /runs/{run}/pause': plain('pause'),
    'POST /runs/{run}/resume': plain('resume'),
    'POST /runs/{run}/cancel': plain('cancel'),
    'POST /runs/{run}/set-concurrency': concurrent,
  };
}

/** Changes with what may be steered, not with progress. */
function steeringTag({ runId, status, paused, concurrency }: RunState): string {
  return entityTag({ runId, status, paused, concurrency } satisfies JsonObject);
}

function detailOf(found: Awaited<ReturnType<Services['facts']['run']>>): Frozen<RunDetail> {
  const { snapshot, plan, report, state, timings, spec, specDigest } = found;
  return {
    runId: found.runId,
    experiment: found.experiment,
    status: found.status,
    origin: found.origin && {
      runId: found.origin.runId,
      mode: found.origin.mode,
      again: found.origin.mode === 'retry' ? found.origin.again : null,
    },
    requestedBy: found.requestedBy,
    createdAt: found.createdAt,
    startedAt: found.startedAt,
    endedAt: found.endedAt,
    error: found.error,
    errorKind: found.errorKind,
    specDigest,
    spec,
    snapshot: snapshot && {
      digest: snapshot.digest,
      rowCount: snapshot.rowCount,
      partitionCount: snapshot.partitionCount,
      columns: snapshot.columns.map(({ name, kind, sourceType, note = null }) => ({
        name,
        kind,
        sourceType,
        note,
      })),
      excluded: snapshot.excluded,
    },
    classes: plan?.classes ?? [],
    warnings: [...(snapshot?.warnings ?? []), ...(plan?.warnings ?? [])],
    hasReport: report !== null,
    served: found.served,
    temporalUi: found.temporalUi,
    timings,
    state,
  };
}

/** The file is written whole before its first byte is sent, and gone when it is sent. */
async function predictionsFile(
  services: Services,
  run: string,
  split: 'holdout' | 'oof',
  format: string,
): Promise<Response> {
  const folder = await mkdtemp(join(tmpdir(), 'partita-predictions-'));
  const leave = () => rm(folder, { recursive: true, force: true });
  try {
    const asked = { run, split, out: join(folder, `rows.${format}`) };
    const { out } = await services.predictions({ ...asked, isForPeople: format === 'csv' });
    const bytes = createReadStream(out);
    bytes.once('close', () => void leave());
    return new Response(Readable.toWeb(bytes) as ReadableStream, {
      headers: {
        'content-type': 'application/octet-stream',
        'content-disposition': `attachment; filename="${split}.${format}"`,
      },
    });
  } catch (error) {
    await leave();
    throw error;
  }
}
