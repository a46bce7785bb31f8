import { z } from 'zod';
import type { JsonObject } from '../domain/json.ts';
import { METRICS, type Metric } from '../domain/metric.ts';
import { featuresSchema } from './features.ts';
import { sourceSchema } from './source.ts';

/** A column name: any text without a NUL, at most 1,000 characters. */
const column = z.string().min(1).max(1000);

const binsSchema = z.union([
  z.strictObject({
    count: z.int().min(2).max(1000),
    method: z.enum(['quantile', 'width']).default('quantile'),
  }),
  z.strictObject({ edges: z.array(z.number()).min(1) }),
]);

const partitionSchema = z.strictObject({
  by: z
    .union([column, z.array(column).min(1).max(16)])
    .transform((by) => (typeof by === 'string' ? [by] : by))
    .describe('The partition key: one column or several.'),
  min_rows: z
    .int()
    .min(1)
    .default(50)
    .describe('Fewer rows than this: too small for a model of its own.'),
  on_small: z
    .enum(['global', 'skip', 'merge'])
    .default('global')
    .describe('What answers for a partition that is too small or has only one class.'),
  bins: z.record(column, binsSchema).default({}).describe('Numeric key columns cut into bins.'),
  normalise: z
    .array(z.enum(['trim', 'lowercase', 'nfc']))
    .default([])
    .describe('Changes to key text before grouping; none unless asked.'),
  max: z
    .int()
    .min(1)
    .default(10_000)
    .describe('More partitions than this are refused before training.'),
});

const algorithmSchema = z.union([
  z.string().min(1),
  z
    .record(z.string().min(1), z.record(z.string(), z.json()))
    .refine((entry) => Object.keys(entry).length === 1, {
      message: 'Write one algorithm per entry, for example `- random_forest: { trees: 200 }`.',
    }),
]);

const tuneSchema = z.strictObject({
  method: z.enum(['none', 'grid', 'random']).default('none'),
  trials: z.int().min(1).max(1000).default(10),
});

const validateSchema = z.strictObject({
  holdout: z.number().gt(0).lt(1).default(0.2),
  folds: z.int().min(2).max(20).default(3),
  scheme: z
    .enum(['stratified', 'shuffled', 'time', 'group'])
    .optional()
    .describe('Default: `time` when `time` is declared, else `stratified`.'),
  group: column
    .optional()
    .describe('Column whose equal values never stand on two sides of a split.'),
  refit: z.enum(['training', 'all']).default('training'),
});

export const specSchema = z.strictObject({
  version: z.literal(1),
  name: z
    .string()
    .regex(/^[\w.\- ]{1,200}$/, 'Use letters, digits, space, dot, dash and underscore (1–200).'),
  data: z.strictObject({
    source: sourceSchema,
    timezone: z
      .string()
      .min(1)
      .default('UTC')
      .describe('IANA zone of timestamps without one, and of calendar parts.'),
    null_values: z
      .array(z.string())
      .default([])
      .describe('Texts that mean "missing" besides the empty cell.'),
  }),
  partition: partitionSchema,
  target: z.strictObject({
    column,
    task: z.enum(['classification', 'regression']),
    positive: z.union([z.string(), z.number(), z.boolean()]).transform(String).optional(),
  }),
  time: column.optional().describe('Order of the rows: time-ordered splits, lags and windows.'),
  columns: z
    .strictObject({
      id: column.optional(),
      weight: column.optional(),
      drop: z.array(column).default([]),
      types: z.record(column, z.enum(['number', 'text', 'timestamp', 'boolean'])).default({}),
    })
    .prefault({}),
  features: featuresSchema.prefault({}),
  algorithms: z
    .array(algorithmSchema)
    .min(1)
    .optional()
    .describe('Default: baseline, logistic (or ridge), random_forest, gradient_boosting.'),
  tune: tuneSchema.prefault({}),
  validate: validateSchema.prefault({}),
  metric: z
    .enum(METRICS)
    .optional()
    .describe('Default: `macro_f1` for classification, `rmse` for regression.'),
  global: z
    .strictObject({
      enabled: z.boolean().default(true),
      include_partition: z.boolean().default(true),
      max_rows: z.int().min(100).default(1_000_000),
    })
    .prefault({}),
  engine: z
    .strictObject({
      kind: z.literal('local').default('local'),
      threads: z.union([z.literal('auto'), z.int().min(1).max(1024)]).default('auto'),
    })
    .prefault({}),
  seed: z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(7),
  strict: z.boolean().default(false).describe('Warnings about leakage and odd data stop the run.'),
  limits: z
    .strictObject({
      per_partition: z
        .strictObject({
          seconds: z.number().positive().default(600),
          memory_mb: z.int().min(64).default(2048),
        })
        .prefault({}),
      source_cells: z
        .int()
        .min(1)
        .default(2_000_000_000)
        .describe('Rows × columns that a source may hold.'),
    })
    .prefault({}),
});

/** The spec as a user may write it. */
export type SpecInput = z.input<typeof specSchema>;
/** The spec after parsing: every default filled in by the schema. */
export type ParsedSpec = z.output<typeof specSchema>;

export type Candidate = {
  readonly algorithm: string;
  readonly parameters: JsonObject;
};

/**
 * The spec that everything runs on: `ParsedSpec` with scheme and metric decided and the algorithms expanded to
 * candidates with all their parameters. Its canonical JSON is what the spec digest is taken of. Made by `parse-spec.ts`.
 */
export type Spec = Omit<ParsedSpec, 'algorithms' | 'metric' | 'validate'> & {
  readonly metric: Metric;
  readonly validate: ParsedSpec['validate'] & {
    readonly scheme: 'stratified' | 'shuffled' | 'time' | 'group';
  };
  readonly candidates: readonly Candidate[];
};
