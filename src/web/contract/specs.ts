import { z } from 'zod';
import { ASKED_TASKS, METRICS } from '../../domain/metric.ts';
import type { Spec } from '../../spec/spec.ts';
import type { Endpoint } from './endpoint.ts';
import { count, digest, document, jsonObject } from './fields.ts';
import { longAnswer } from './long-answer.ts';
import { specProblem } from './problem.ts';
import { specBody, specData, specText } from './runs.ts';

const validation = z
  .union([
    z.strictObject({
      valid: z.literal(true),
      digest,
      spec: document<Spec>('Spec', 'The spec with every default filled in.'),
      warnings: z.array(z.string()),
      candidates: count,
    }),
    z.strictObject({ valid: z.literal(false), problems: z.array(specProblem) }),
  ])
  .meta({ id: 'Validation' });
export type Validation = z.output<typeof validation>;

const task = z.enum(['classification', 'regression']);
/** JSON Schema, draft 7. */
const schema = document<{ readonly [keyword: string]: unknown }>('JsonSchema', 'Draft 7.');

const catalogue = z
  .strictObject({
    /** The simpler first: ties go to the earlier one. */
    algorithms: z.array(
      z.strictObject({
        id: z.string(),
        tasks: z.array(z.enum(ASKED_TASKS)),
        parameters: schema,
        probabilities: z.boolean(),
        importance: z.boolean(),
        missing: z.boolean(),
        maxRows: count.nullable(),
      }),
    ),
    metrics: z.array(z.strictObject({ id: z.enum(METRICS), task, isLowerBetter: z.boolean() })),
    /** Engineering steps: what may stand under the one key of an entry of `features.engineer`. */
    steps: z.array(z.strictObject({ id: z.string(), description: z.string(), schema })),
    templates: z.array(z.strictObject({ id: z.string(), content: z.string() })),
  })
  .meta({ id: 'Catalogue' });
export type Catalogue = z.output<typeof catalogue>;

/** What an estimate knows: the times of earlier runs, the algorithms' complexity, or some of both. */
const estimateBasis = z.enum(['earlier_runs', 'cost_model', 'both']);

const plan = z
  .strictObject({
    source: z.string(),
    rows: count,
    partitions: z.array(
      z.strictObject({
        key: z.record(z.string(), z.string().nullable()),
        partition: z.string(),
        rows: count,
        decision: z.strictObject({
          kind: z.enum(['train', 'shrink', 'global', 'skip', 'fail', 'merge']),
          reason: z.string().optional(),
          into: z.string().optional(),
        }),
        /** The share of its cells that hold nothing; null where nobody looked into it. */
        missing: z.number().nullable(),
        /** Its rows by class, the most frequent first, at most five; none for a number. */
        classes: z.array(z.strictObject({ label: z.string(), rows: count })),
      }),
    ),
    parents: count.optional(),
    /** The most candidates that are averaged as one more. */
    ensemble: count.optional(),
    candidates: count,
    fits: count,
    /** Of models that earlier runs have fitted from the same. */
    knownFits: count,
    takenOver: z.strictObject({ models: count, selections: count }).optional(),
    estimatedSeconds: z.number(),
    estimateBasis,
    warnings: z.array(z.string()),
  })
  .meta({ id: 'Plan' });
export type Plan = z.output<typeof plan>;

const score = z.number().nullable();
const interval = z.strictObject({ low: z.number(), high: z.number() }).nullable();
const trainingCost = { fits: count, estimatedSeconds: z.number() };

const advice = z
  .strictObject({
    source: z.string(),
    metric: z.enum(METRICS),
    rows: count,
    /** Rows that models were judged on. */
    sampled: count,
    advice: z.strictObject({
      /** Null: do not partition. */
      partition: z.array(z.string()).nullable(),
      because: z.enum(['pays', 'differs', 'same', 'nothing_to_try']),
    }),
    withoutPartition: z.strictObject({ score, ...trainingCost }),
    divisions: z.array(
      z.strictObject({
        by: z.array(z.string()),
        isAsWritten: z.boolean(),
        verdict: z.enum(['pays', 'differs', 'same']),
        score,
        /** Positive: models of its partitions are better, whatever the metric's direction. */
        lift: score,
        /** 95 %, of the lift. */
        interval,
        pValue: z.number(),
        partitions: count,
        own: count,
        tooSmall: z.number(),
        smallest: count,
        median: count,
        largest: count,
        ...trainingCost,
      }),
    ),
    tested: count,
    notTried: z.array(z.strictObject({ column: z.string(), because: z.string() })),
    estimateBasis,
    warnings: z.array(z.string()),
  })
  .meta({ id: 'Advice' });
export type Advice = z.output<typeof advice>;

const rows = z
  .int()
  .min(100)
  .max(1_000_000)
  .optional()
  .describe('The most rows that candidates are judged on; 10,000 unless said otherwise.');
const adviceBody = z.union([specText.extend({ rows }), specData.extend({ rows })]);

const advised = longAnswer('Advice', { adviceId: z.string() }, { advice });
const planned = longAnswer('Plan', { planId: z.string() }, { plan });

export const specEndpoints = {
  'POST /specs/validate': {
    summary: 'Every mistake of a spec at once, with its place; starts nothing.',
    role: 'viewer',
    body: specBody,
    answer: validation,
  },
  'POST /specs/yaml': {
    summary: 'A spec given as data, as the YAML that a person would write.',
    role: 'viewer',
    body: z.strictObject({ spec: jsonObject }),
    answer: z.strictObject({ content: z.string() }).meta({ id: 'SpecText' }),
  },
  'POST /specs/read': {
    summary: 'The YAML or JSON of a spec as data, nothing filled in: what a form begins with.',
    role: 'viewer',
    body: z.strictObject({ content: z.string().max(1_000_000) }),
    answer: z.strictObject({ spec: jsonObject }).meta({ id: 'SpecData' }),
  },
  'GET /specs/schema': {
    summary: 'The JSON Schema of a spec.',
    role: 'viewer',
    answer: schema,
  },
  'GET /specs/catalogue': {
    summary: 'What a spec may be made of: algorithms, metrics, feature steps, templates.',
    role: 'viewer',
    answer: catalogue,
  },
  'POST /plans': {
    summary:
      'What would be trained. Answers with the plan where that is quick, else with 202 and where to ask for it.',
    role: 'editor',
    body: specBody,
    answer: planned.done,
    also: { 202: planned.working },
  },
  'POST /advice': {
    summary:
      'Which column deserves to be the partition key, if any. Answers with the advice where that is quick, else with 202 and where to ask for it.',
    role: 'editor',
    body: adviceBody,
    answer: advised.done,
    also: { 202: advised.working },
  },
  'GET /advice/{advice}': {
    summary: 'Advice that was asked for; kept for ten minutes.',
    role: 'editor',
    params: z.strictObject({ advice: z.string().max(100) }),
    answer: advised.done,
    also: { 202: advised.working },
  },
  'GET /plans/{plan}': {
    summary: 'A plan that was asked for; kept for ten minutes.',
    role: 'editor',
    params: z.strictObject({ plan: z.string().max(100) }),
    answer: planned.done,
    also: { 202: planned.working },
  },
} as const satisfies { readonly [key: string]: Endpoint };
