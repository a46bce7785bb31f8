import { z } from 'zod';
import { ASKED_TASKS, METRICS, type Metric, type Task } from '../domain/metric.ts';
import { TIE_RULES } from '../domain/run.ts';
import type { Candidate } from '../estimators/candidates.ts';
import { columnName, columnNames } from './column-name.ts';
import { engineSchema } from './engine.ts';
import { ensembleSchema } from './ensemble.ts';
import { explainSchema } from './explain.ts';
import { featuresSchema } from './features.ts';
import { type Forecast, forecastSchema } from './forecast.ts';
import { mapSchema } from './map.ts';
import { sourceSchema } from './source.ts';
import { timezoneName } from './timezone.ts';
import { validateSchema } from './validate.ts';

const binsSchema = z.union([
  z.strictObject({
    count: z.int().min(2).max(1000).describe('How many bins.'),
    method: z
      .enum(['quantile', 'width'])
      .default('quantile')
      .describe('Bins of equal row counts, or of equal width.'),
  }),
  z.strictObject({
    edges: z.array(z.number()).min(1).max(1000).describe('Inner borders, ascending.'),
  }),
]);

const partitionSchema = z.strictObject({
  by: columnNames.describe('The partition key: one column or several.'),
  min_rows: z
    .int()
    .min(1)
    .default(50)
    .describe('Fewer rows than this: too small for a model of its own.'),
  on_small: z
    .enum(['global', 'skip', 'merge', 'shrink'])
    .default('global')
    .describe(
      'What answers for a partition that is too small or has only one class: the model without partition, nobody, a model of all such partitions together, or (`shrink`) its own model and the one without partition, blended as far as held-out rows speak for each.',
    ),
  parents: columnNames
    .optional()
    .describe(
      'Leading columns of a key of several: partitions that share them have a model together, too, their parent. It answers where it is better than the model without partition and no own model is better still.',
    ),
  ties: z
    .enum(TIE_RULES)
    .optional()
    .describe(
      'What answers where the rows of a partition leave open whether its own model is better: the simpler one, or (`pooled`) its own where that is expected to be better by what partitions of like size and scale say together, ten at least. Default: `simpler`.',
    ),
  bins: z.record(columnName, binsSchema).default({}).describe('Numeric key columns cut into bins.'),
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

export const algorithmSchema = z.union([
  z.string().min(1),
  z
    .record(z.string().min(1), z.record(z.string(), z.json()))
    .refine((entry) => Object.keys(entry).length === 1, {
      message: 'Write one algorithm per entry, for example `- random_forest: { trees: 200 }`.',
    }),
]);

const algorithmsSchema = z.array(algorithmSchema).min(1).max(100);
export type AlgorithmEntry = z.output<typeof algorithmSchema>;

const seconds = z.number().positive().max(31_536_000).optional();

const tuneSchema = z.strictObject({
  method: z
    .enum(['none', 'grid', 'random', 'halving', 'tpe'])
    .default('none')
    .describe(
      'How parameters that you left open are tried: every one, drawn ones, drawn ones of which two thirds are given up after a part of the rows (again and again), or proposed ones, each from what those before it scored.',
    ),
  trials: z
    .int()
    .min(1)
    .max(1000)
    .default(10)
    .describe('Parameter sets per algorithm (all methods but grid).'),
  warm_start: z
    .boolean()
    .optional()
    .describe(
      'With `tpe` or a budget: every partition tries early what was best, algorithm by algorithm, in the model without partition, which is trained first. Default: false.',
    ),
  budget: z
    .strictObject({
      candidate: seconds.describe(
        'Seconds: one candidate of one partition, or of the model without partition, over all folds.',
      ),
      partition: seconds.describe('Seconds: all candidates of one partition.'),
      run: seconds.describe(
        'Seconds: all models of the run, one after the other; each has the share that its rows are.',
      ),
    })
    .optional()
    .describe(
      'Looked at between fits; candidates are tried one by one then, the simplest always. What was completed is recorded.',
    ),
});

const dataSchema = z.strictObject({
  source: sourceSchema.describe('Where the rows come from.'),
  timezone: timezoneName
    .default('UTC')
    .describe('IANA zone of timestamps without one, and of calendar parts.'),
  null_values: z
    .array(z.string())
    .max(100)
    .default([])
    .describe('Texts that mean "missing" besides the empty cell.'),
});

const targetSchema = z.strictObject({
  column: columnName.describe('What the models predict.'),
  task: z
    .enum(ASKED_TASKS)
    .describe(
      'A class, a number, the numbers of the next rows in time, or rows unlike the others (the column only measures how well they are found).',
    ),
  positive: z
    .union([z.string(), z.number(), z.boolean()])
    .transform(String)
    .optional()
    .describe('The class that f1, precision, recall, roc_auc, pr_auc and brier look at.'),
  quantile: z
    .number()
    .gt(0)
    .lt(1)
    .optional()
    .describe('Regression: predict this quantile instead of the middle; `pinball` measures it.'),
});

const columnsSchema = z.strictObject({
  id: columnName.optional().describe('Carried to predictions, never a feature.'),
  weight: columnName.optional().describe('Weight of each row, never a feature.'),
  drop: z.array(columnName).max(1000).default([]).describe('Columns that no model sees.'),
  types: z
    .record(columnName, z.enum(['number', 'text', 'timestamp', 'boolean']))
    .default({})
    .describe('Where the type found in the data is not what you mean.'),
});

const probabilitiesSchema = z.strictObject({
  calibrate: z
    .enum(['none', 'platt', 'isotonic'])
    .default('none')
    .describe(
      'Makes probabilities what is observed: learned from the out-of-fold rows, for a fold from the other folds.',
    ),
  threshold: z
    .enum(['half', 'tuned'])
    .default('half')
    .describe(
      'Of two classes: `tuned` moves the odds so that the threshold that is best for the metric stands at one half; learned in the same way.',
    ),
});

const intervalsSchema = z.strictObject({
  level: z
    .number()
    .gte(0.5)
    .lt(1)
    .default(0.9)
    .describe('The share of new rows whose true value should lie within.'),
});

const globalSchema = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether a model without partition is trained.'),
  include_partition: z.boolean().default(true).describe('Whether the key is a feature of it.'),
  max_rows: z
    .int()
    .min(100)
    .default(1_000_000)
    .describe('More training rows than this are sampled by row hash.'),
});

const limitsSchema = z.strictObject({
  per_partition: z
    .strictObject({
      seconds: z.number().positive().default(600).describe('More time: the partition fails.'),
      memory_mb: z.int().min(64).default(2048).describe('More memory: the partition fails.'),
    })
    .prefault({})
    .describe('A partition that needs more fails alone, with the reason.'),
  source_cells: z
    .int()
    .min(1)
    .default(2_000_000_000)
    .describe('Rows × columns that a source may hold.'),
});

export const specSchema = z.strictObject({
  $schema: z.string().optional().describe('For editors; not part of the experiment.'),
  version: z.literal(1).describe('Of this format.'),
  name: z
    .string()
    .regex(/^[\w.\- ]{1,200}$/, 'Use letters, digits, space, dot, dash and underscore (1–200).')
    .describe('The experiment: runs of one name belong together.'),
  data: dataSchema,
  partition: partitionSchema,
  target: targetSchema.optional(),
  map: mapSchema.optional(),
  time: columnName.optional().describe('Order of the rows: time-ordered splits, lags and windows.'),
  forecast: forecastSchema.optional().describe('Task `forecast`: how far ahead, and from what.'),
  columns: columnsSchema.prefault({}),
  features: featuresSchema.prefault({}),
  algorithms: algorithmsSchema
    .optional()
    .describe(
      'Default: baseline, logistic (or ridge), random_forest, gradient_boosting; of a forecast seasonal_naive and drift in place of baseline.',
    ),
  tune: tuneSchema.prefault({}),
  validate: validateSchema.prefault({}),
  metric: z
    .enum(METRICS)
    .optional()
    .describe(
      'Default: `macro_f1` for classification, `rmse` for regression, `pinball` for a quantile, `mase` for a forecast.',
    ),
  probabilities: probabilitiesSchema
    .optional()
    .describe('Classification: what is done to probabilities after a model gave them.'),
  intervals: intervalsSchema
    .optional()
    .describe(
      'Regression: an interval around every prediction, from the out-of-fold errors of its partition (conformal), checked on the holdout.',
    ),
  ensemble: ensembleSchema
    .optional()
    .describe(
      'A weighted average of candidates as one candidate more, weighted by out-of-fold rows; `{}` for the defaults.',
    ),
  explain: explainSchema
    .optional()
    .describe('Measures on holdout rows what each model looks at; `{}` for the defaults.'),
  global: globalSchema.prefault({}),
  engine: engineSchema.prefault({}),
  seed: z
    .int()
    .min(0)
    .max(Number.MAX_SAFE_INTEGER)
    .default(7)
    .describe('The one source of randomness.'),
  strict: z.boolean().default(false).describe('Warnings about leakage and odd data stop the run.'),
  limits: limitsSchema.prefault({}),
});

/** The spec as a user may write it. */
export type SpecInput = z.input<typeof specSchema>;
/** The spec after parsing: every default filled in by the schema. */
export type ParsedSpec = z.output<typeof specSchema>;

export type { Candidate };

/**
 * The spec that everything runs on: `ParsedSpec` with scheme and metric decided and the algorithms expanded to
 * candidates with all their parameters. Its canonical JSON is what the spec digest is taken of. Made by `parse-spec.ts`.
 */
export type Spec = Omit<TableSpec, 'target'> & {
  readonly target: ResolvedTarget;
  /** Of a forecast, whose models are those of a regression. */
  readonly forecast?: Forecast;
  readonly metric: Metric;
  readonly candidates: readonly Candidate[];
};

type ResolvedTarget = Omit<NonNullable<ParsedSpec['target']>, 'task'> & {
  readonly task: Task;
  /** Nothing that is fitted may look at the classes. */
  readonly isAnomaly?: true;
};

/** What a table is read by: the part of a spec that `partita map` needs, too. */
export type TableSpec = Omit<
  ParsedSpec,
  '$schema' | 'algorithms' | 'metric' | 'validate' | 'target' | 'map' | 'forecast'
> & {
  /** Absent where nothing is learnt. */
  readonly target?: ResolvedTarget;
  readonly validate: ParsedSpec['validate'] & {
    readonly scheme: 'stratified' | 'shuffled' | 'time' | 'group';
  };
};
