import { z } from 'zod';
import type { ModelLineage } from '../../stores/lineage-store.ts';
import type { Endpoint } from './endpoint.ts';
import {
  count,
  digest,
  document,
  jsonObject,
  moment,
  next,
  pageQuery,
  runParams,
} from './fields.ts';
import { ifMatch } from './runs.ts';

const modelParams = z.strictObject({
  model: z
    .string()
    .regex(/^(sha256:)?[0-9a-f]{1,64}$/)
    .describe('A digest, or a unique beginning of it.'),
});

const modelCard = z
  .strictObject({
    model: digest,
    byteSize: count,
    algorithm: z.string(),
    task: z.enum(['classification', 'regression']),
    target: z.string(),
    classes: z.array(z.string()),
    /** What a row must have to be scored, beside the key. */
    columns: z.array(
      z.strictObject({ name: z.string(), kind: z.enum(['number', 'category', 'time']) }),
    ),
    key: z.array(z.string()),
    /** Engineering steps, as in a spec. */
    steps: z.array(jsonObject),
    importance: z.array(z.strictObject({ feature: z.string(), share: z.number() })),
    /** Why it must not answer: it, its rows, its snapshot or its partition is in quarantine; null: it may. */
    withheld: z.string().nullable(),
  })
  .meta({ id: 'ModelCard' });
export type ModelCard = z.output<typeof modelCard>;

type Cell = string | number | boolean | null;
/** A row to be scored: columns as training saw them. Times as ISO 8601 text. */
export type PredictRow = { readonly [column: string]: Cell };

/** Not `z.record`, which leaves out a column that is called `__proto__`. */
const row = z
  .custom<PredictRow>(isRow, 'A row is an object of texts, numbers, booleans and nulls.')
  .meta({
    type: 'object',
    additionalProperties: {
      anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }, { type: 'null' }],
    },
  });

function isRow(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every(
      (cell) => cell === null || ['string', 'number', 'boolean'].includes(typeof cell),
    )
  );
}

const rowsToScore = z.strictObject({
  rows: z.array(row).min(1).max(1000),
  /** With what each column adds to each prediction; of 50 rows at most. */
  explain: z.boolean().optional(),
});

const explanation = z
  .strictObject({
    /** What base and contributions add up to: the value, or of the class its probability, log odds, score … */
    scale: z.enum(['value', 'probability', 'log_odds', 'log_mean', 'score']),
    /** Of two classes the positive one, of more the predicted one; null for a value. */
    class: z.string().nullable(),
    /** What an average row gets. */
    base: z.number().nullable(),
    /** Of every column, the largest first. */
    contributions: z.array(z.strictObject({ column: z.string(), contribution: z.number() })),
  })
  .meta({ id: 'RowExplanation' });

const said = {
  /** A class, or a number; null where nobody answers. */
  prediction: z.union([z.string(), z.number()]).nullable(),
  /** By class; null for a regression. */
  probabilities: z.record(z.string(), z.number()).nullable(),
  /** Where it is asked for; null where nobody answers, or a model that can't say. */
  explanation: explanation.nullable().optional(),
};

const modelAnswer = z.strictObject(said).meta({ id: 'ModelAnswer' });
export type ModelAnswer = z.output<typeof modelAnswer>;

const predicted = z
  .strictObject({
    ...said,
    /** Where the true value should lie; null without `intervals` in the spec. */
    interval: z.strictObject({ low: z.number(), high: z.number() }).nullable(),
    partition: z.string(),
    model: z.string().nullable(),
    rung: z.enum(['own', 'parent', 'global', 'blend', 'baseline', 'none']),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Predicted' });
export type Predicted = z.output<typeof predicted>;

const experimentName = z.string().regex(/^[\w.\- ]{1,200}$/);
const aliasName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,63}$/)
  .describe('`champion`, `challenger` …');
/** `EXPERIMENT@ALIAS`: where a page of names ended. */
const nameOfSet = z.string().regex(/^[\w.\- ]{1,200}@[a-z][a-z0-9_-]{0,63}$/, {
  error: 'A cursor is the `next` of a page.',
});
const aliasParams = z.strictObject({ experiment: experimentName, alias: aliasName });
const why = z.string().max(2000).optional().describe('Kept in the audit trail.');

const despiteQuarantine = z
  .boolean()
  .optional()
  .describe('Though some of its models may not answer.');

const aliasState = z
  .strictObject({
    experiment: z.string(),
    alias: z.string(),
    runId: z.string(),
    kind: z.enum(['promote', 'rollback']),
    actor: z.string(),
    reason: z.string().nullable(),
    at: moment,
  })
  .meta({ id: 'Alias', description: 'The run whose model set answers to a name, and since when.' });

const aliasNow = aliasState
  .extend({
    etag: z.string().describe('For `If-Match`: it changes with every change of the name.'),
  })
  .meta({ id: 'AliasNow', description: 'A name as it stands.' });

export const modelEndpoints = {
  'GET /aliases': {
    summary: 'Names of model sets, by experiment and name, each with the run that answers to it.',
    role: 'viewer',
    query: pageQuery(500, 100).extend({
      cursor: nameOfSet.optional(),
      experiment: experimentName.optional(),
    }),
    answer: z.strictObject({ aliases: z.array(aliasNow), next }).meta({ id: 'AliasPage' }),
  },
  'GET /experiments/{experiment}/aliases/{alias}': {
    summary: 'What a name stood for, the newest first. Its `ETag` changes with every change.',
    role: 'viewer',
    params: aliasParams,
    answer: z.strictObject({ history: z.array(aliasState) }).meta({ id: 'AliasHistory' }),
  },
  'POST /runs/{run}/promote': {
    summary:
      "Lets a run's model set answer to a name within its experiment; `If-Match` is of the name.",
    role: 'editor',
    params: runParams,
    headers: ifMatch,
    body: z.strictObject({
      alias: aliasName.default('champion'),
      reason: why,
      expected: z
        .string()
        .max(100)
        .nullable()
        .optional()
        .describe('Only where the name stands for this run now (null: for none).'),
      despiteQuarantine,
    }),
    answer: aliasState,
  },
  'POST /experiments/{experiment}/aliases/{alias}/rollback': {
    summary: 'The name goes back to the run that had it before.',
    role: 'editor',
    params: aliasParams,
    headers: ifMatch,
    body: z.strictObject({ reason: why, despiteQuarantine }),
    answer: aliasState,
  },
  'GET /models/{model}': {
    summary: 'What a model is, from its own bytes, and whether it may answer.',
    role: 'viewer',
    params: modelParams,
    answer: modelCard,
  },
  'GET /models/{model}/card.html': {
    summary: 'Everything that a reviewer asks of a model, as one page without scripts.',
    role: 'viewer',
    params: modelParams,
    query: z.strictObject({ download: z.enum(['1']).optional() }),
    answer: { media: 'text/html' },
  },
  'GET /models/{model}/export': {
    summary: 'A model with its whole pipeline, as a file that other programs read.',
    role: 'viewer',
    params: modelParams,
    query: z.strictObject({ format: z.enum(['json', 'onnx']).default('json') }),
    answer: { media: 'application/octet-stream' },
  },
  'GET /models/{model}/lineage': {
    summary: 'Every (run, partition) that made a model, with data, spec, code, parameters, seed.',
    role: 'viewer',
    params: modelParams,
    answer: document<ModelLineage>('ModelLineage', 'As `partita lineage --json` prints it.'),
  },
  'POST /predict/{run}': {
    summary: 'Each row by the model of its partition.',
    role: 'viewer',
    params: runParams,
    body: rowsToScore,
    answer: z.strictObject({ predictions: z.array(predicted) }).meta({ id: 'Predictions' }),
  },
  'POST /models/{model}/predict': {
    summary: 'What one model would say of each row, whoever answers for it.',
    role: 'viewer',
    params: modelParams,
    body: rowsToScore,
    answer: z.strictObject({ predictions: z.array(modelAnswer) }).meta({ id: 'ModelAnswers' }),
  },
} as const satisfies { readonly [key: string]: Endpoint };
