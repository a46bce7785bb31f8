import { asJson, type JsonObject } from '../../domain/json.ts';
import type { Advice, RunPlan } from '../../operations/outlook.ts';
import { SpecFailure } from '../../spec/problem.ts';
import type { specEndpoints } from '../contract/specs.ts';
import type { Handlers, WebContext } from '../handler.ts';
import { LongAnswers, longReply } from '../long-answers.ts';
import { specProblems } from '../problems.ts';
import { parseSubmitted, prepareSpec } from '../submitted-spec.ts';

/** How long a request waits for what is being made before it is told where to ask again. */
const PATIENCE_MS = 5_000;
/** As many as the command line's adviser looks at. */
const ADVICE_ROWS = 10_000;

export function specRoutes(context: WebContext): Handlers<keyof typeof specEndpoints> {
  const plans = new LongAnswers<RunPlan>({ one: 'plan', many: 'plans' });
  const advices = new LongAnswers<Advice>({ one: 'advice', many: 'pieces of advice' });
  const planned = async (planId: string, owner: string) => {
    const plan = await plans.wait(planId, owner, PATIENCE_MS);
    return longReply(`plans/${planId}`, { planId }, plan && { plan });
  };
  const advised = async (adviceId: string, owner: string) => {
    const advice = await advices.wait(adviceId, owner, PATIENCE_MS);
    return longReply(`advice/${adviceId}`, { adviceId }, advice && { advice });
  };
  return {
    'POST /specs/validate': async ({ body }) => {
      try {
        const { spec, digest, warnings } = await parseSubmitted(context, body);
        const candidates = spec.candidates.length;
        return { json: { valid: true, digest, spec, warnings, candidates } };
      } catch (error) {
        if (!(error instanceof SpecFailure)) throw error;
        return { json: { valid: false, problems: specProblems(error) } };
      }
    },
    'POST /specs/yaml': async ({ body: { spec } }) => {
      const { specYaml } = await import('../../spec/spec-text.ts');
      return { json: { content: specYaml(spec as JsonObject) } };
    },
    'POST /specs/read': async ({ body: { content } }) => {
      const { specData } = await import('../../spec/spec-text.ts');
      return { json: { spec: specData(content, 'spec') as { [key: string]: unknown } } };
    },
    'GET /specs/schema': async () => {
      const { specJsonSchema } = await import('../../spec/json-schema.ts');
      return { json: asJson(specJsonSchema()) };
    },
    'GET /specs/catalogue': async () => {
      const { catalogue } = await import('../../spec/catalogue.ts');
      const { algorithms, metrics, steps, templates } = catalogue();
      return {
        json: {
          algorithms: algorithms.map((one) => ({ ...one, parameters: asJson(one.parameters) })),
          metrics,
          steps: steps.map((one) => ({ ...one, schema: asJson(one.schema) })),
          templates,
        },
      };
    },
    'POST /plans': async ({ body }, { actor }) => {
      const prepared = await prepareSpec(context, body);
      const planId = plans.begin(actor.name, () => context.services.plan(prepared));
      return planned(planId, actor.name);
    },
    'GET /plans/{plan}': ({ params: { plan } }, { actor }) => planned(plan, actor.name),
    'POST /advice': async ({ body: { rows = ADVICE_ROWS, ...body } }, { actor }) => {
      const prepared = await prepareSpec(context, body);
      const make = () => context.services.advise({ ...prepared, rows });
      return advised(advices.begin(actor.name, make), actor.name);
    },
    'GET /advice/{advice}': ({ params: { advice } }, { actor }) => advised(advice, actor.name),
  };
}
