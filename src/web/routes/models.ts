import { Failure } from '../../domain/failure.ts';
import type { Alias } from '../../stores/registry-store.ts';
import { askerOf } from '../actor.ts';
import type { modelEndpoints } from '../contract/models.ts';
import { readPage } from '../cursor.ts';
import { entityTag } from '../entity-tag.ts';
import type { Handlers, WebContext } from '../handler.ts';
import { pageOfItsOwn } from '../pages.ts';
import { WebFailure } from '../problems.ts';

/** A row takes a step per node and column of its trees, and nobody else is answered meanwhile. */
const MAX_EXPLAINED = 50;

export function modelRoutes({ services }: WebContext): Handlers<keyof typeof modelEndpoints> {
  return {
    'GET /aliases': async ({ query: { limit, cursor, experiment } }) => {
      const after = cursor === undefined ? undefined : namedBy(cursor);
      const { entries, next } = await readPage(
        limit,
        (count) => services.modelSets.aliases({ experiment, limit: count, after }),
        (last) => `${last.experiment}@${last.alias}`,
      );
      return { json: { aliases: entries.map((one) => ({ ...one, etag: tagOf(one) })), next } };
    },
    'GET /experiments/{experiment}/aliases/{alias}': async ({ params: { experiment, alias } }) => {
      const history = await services.modelSets.history(experiment, alias);
      return { json: { history }, headers: { etag: tagOf(history[0] ?? null) } };
    },
    'POST /runs/{run}/promote': async ({ params: { run }, body, headers }, { actor }) => {
      const { reason, ...promotion } = body;
      const asked = { run, ...promotion, check: asSeen(headers['if-match']) };
      const promoted = await services.modelSets.promote(asked, askerOf(actor, reason));
      return { json: promoted, headers: { etag: tagOf(promoted) } };
    },
    'POST /experiments/{experiment}/aliases/{alias}/rollback': async (
      { params, body: { reason, despiteQuarantine }, headers },
      { actor },
    ) => {
      const asked = { ...params, despiteQuarantine, check: asSeen(headers['if-match']) };
      const back = await services.modelSets.rollback(asked, askerOf(actor, reason));
      return { json: back, headers: { etag: tagOf(back) } };
    },
    'GET /models/{model}': async ({ params: { model } }) => ({
      json: await services.modelCard(model),
    }),
    'GET /models/{model}/card.html': async ({ params: { model }, query: { download } }) =>
      pageOfItsOwn(await services.card(model, 'html'), 'model-card.html', download !== undefined),
    'GET /models/{model}/export': async ({ params: { model }, query: { format } }) =>
      new Response(new Uint8Array(await services.exportModel(model, format)), {
        headers: {
          'content-type': 'application/octet-stream',
          'content-disposition': `attachment; filename="model.${format}"`,
        },
      }),
    'GET /models/{model}/lineage': async ({ params: { model } }) => ({
      json: await services.lineage(model),
    }),
    'POST /predict/{run}': async ({ params: { run }, body: { rows, explain = false } }) => {
      if (explain) checkExplainable(rows.length);
      return { json: { predictions: await services.score(run, rows, { explain }) } };
    },
    'POST /models/{model}/predict': async ({
      params: { model },
      body: { rows, explain = false },
    }) => {
      if (explain) checkExplainable(rows.length);
      return { json: { predictions: await services.scoreByModel(model, rows, { explain }) } };
    },
  };
}

/** What `EXPERIMENT@ALIAS` says. */
function namedBy(name: string): Pick<Alias, 'experiment' | 'alias'> {
  const at = name.lastIndexOf('@');
  return { experiment: name.slice(0, at), alias: name.slice(at + 1) };
}

/** Of a name that stands for nothing too. */
function tagOf(now: Alias | null): string {
  if (now === null) return entityTag({});
  const { experiment, alias, runId, kind, at } = now;
  return entityTag({ experiment, alias, runId, kind, at });
}

/** Lets nothing happen to a name that is not as it was seen: throws `WebFailure('changed-meanwhile')`. */
function asSeen(seen: string | undefined): ((now: Alias | null) => void) | undefined {
  if (seen === undefined) return undefined;
  return (now) => {
    if (tagOf(now) === seen) return;
    throw new WebFailure(
      'changed-meanwhile',
      `The name stands for ${now === null ? 'nothing' : `run ${now.runId}`} by now: look at it again.`,
    );
  };
}

function checkExplainable(rows: number): void {
  if (rows <= MAX_EXPLAINED) return;
  throw new Failure(
    'limit-exceeded',
    `${rows} rows are too many to explain in one request: send at most ${MAX_EXPLAINED}, or use \`partita predict RUN --data FILE --out FILE --explain\`.`,
  );
}
