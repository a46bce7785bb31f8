import { askerOf } from '../actor.ts';
import type { modelEndpoints } from '../contract/models.ts';
import type { Handlers, WebContext } from '../handler.ts';
import { pageOfItsOwn } from '../pages.ts';

export function modelRoutes({ services }: WebContext): Handlers<keyof typeof modelEndpoints> {
  return {
    'GET /aliases': async () => ({ json: { aliases: await services.modelSets.aliases() } }),
    'GET /experiments/{experiment}/aliases/{alias}': async ({ params: { experiment, alias } }) => ({
      json: { history: await services.modelSets.history(experiment, alias) },
    }),
    'POST /runs/{run}/promote': async ({ params: { run }, body }, { actor }) => {
      const { reason, ...promotion } = body;
      return {
        json: await services.modelSets.promote({ run, ...promotion }, askerOf(actor, reason)),
      };
    },
    'POST /experiments/{experiment}/aliases/{alias}/rollback': async (
      { params, body: { reason, despiteQuarantine } },
      { actor },
    ) => ({
      json: await services.modelSets.rollback(
        { ...params, despiteQuarantine },
        askerOf(actor, reason),
      ),
    }),
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
    'POST /predict/{run}': async ({ params: { run }, body: { rows, explain } }) => ({
      json: { predictions: await services.score(run, rows, { explain: explain === true }) },
    }),
  };
}
