import { z } from 'zod';
import { columnName, columnNames } from './column-name.ts';

const newName = columnName
  .optional()
  .describe('Name of the new column; a readable one is made when left out.');
const factors = z.tuple([columnName, columnName]);

/** Engineered columns. Each step is one object with one key; later steps may use columns of earlier ones. */
export const engineerStepSchema = z.union([
  z.strictObject({
    calendar: columnName.describe('Year, month, day, weekday, hour … of a timestamp.'),
  }),
  z.strictObject({
    lag: z
      .strictObject({ columns: columnNames, steps: z.array(z.int().min(1).max(1000)).min(1) })
      .describe('Values of earlier rows of the partition, in time order.'),
  }),
  z.strictObject({
    rolling: z
      .strictObject({
        column: columnName,
        window: z.int().min(2).max(10_000).describe('Rows, the current one included.'),
        stat: z.enum(['mean', 'sum', 'min', 'max', 'std', 'median', 'count']).default('mean'),
        name: newName,
      })
      .describe('A statistic over the last rows of the partition, in time order.'),
  }),
  z.strictObject({
    difference: z
      .strictObject({
        column: columnName,
        steps: z.int().min(1).max(1000).default(1),
        name: newName,
      })
      .describe('The value minus that of an earlier row.'),
  }),
  z.strictObject({ ratio: factors.describe('First column ÷ second; missing where that is 0.') }),
  z.strictObject({ product: factors.describe('First column × second.') }),
  z.strictObject({
    log: columnNames.describe('ln(1 + x) of each column; missing where x is not above −1.'),
  }),
  z.strictObject({
    polynomial: z
      .strictObject({ columns: columnNames, degree: z.int().min(2).max(5).default(2) })
      .describe('Powers and pairwise products.'),
  }),
  z.strictObject({
    expression: z
      .strictObject({ name: columnName, formula: z.string().min(1).max(2000) })
      .describe('A formula over columns, for example `temp_max - temp_min`.'),
  }),
]);

const missing = z
  .union([
    z.enum(['auto', 'mean', 'median', 'mode', 'indicator', 'drop']),
    z.strictObject({ constant: z.union([z.number(), z.string()]) }),
  ])
  .describe(
    'What stands in for a missing value. `auto`: nothing where the algorithm takes gaps, else the median; text keeps missing as a level of its own.',
  );
const outliers = z
  .union([
    z.enum(['none', 'iqr', 'winsorise', 'zscore']),
    z.strictObject({ iqr: z.number().positive().describe('Interquartile ranges.') }),
    z.strictObject({ winsorise: z.number().gt(0).lt(0.5).describe('Share of each tail.') }),
    z.strictObject({ zscore: z.number().positive().describe('Standard deviations.') }),
  ])
  .describe('Where extreme numbers are clipped. By name: iqr 1.5, winsorise 0.05, zscore 3.');
const encode = z
  .enum(['auto', 'one_hot', 'ordinal', 'frequency', 'target'])
  .describe(
    'How text becomes numbers. `auto`: one_hot for linear and distance algorithms, ordinal for trees; beyond 64 levels target, for trees ordinal as well.',
  );
const scale = z
  .enum(['auto', 'none', 'standard', 'min_max', 'robust'])
  .describe(
    'How numbers are scaled. `auto`: standard for linear and distance algorithms, else none.',
  );

export const handleSchema = z
  .strictObject({
    missing: missing.default('auto'),
    outliers: outliers.default('none'),
    encode: encode.default('auto'),
    scale: scale.default('auto'),
    imbalance: z
      .enum(['none', 'class_weights', 'over_sample', 'under_sample'])
      .default('none')
      .describe('What is done about rare classes, in training rows only.'),
    pca: z
      .union([z.number().gt(0).lt(1), z.int().min(1).max(500)])
      .optional()
      .describe(
        'Principal components in place of all features: so many, or as few as hold that share of the variance. Numbers are filled and standardised for it, text becomes 0 and 1.',
      ),
    columns: z
      .record(
        columnName,
        z.strictObject({
          missing: missing.optional(),
          outliers: outliers.optional(),
          encode: encode.optional(),
          scale: scale.optional(),
        }),
      )
      .default({})
      .describe('Overrides for single columns.'),
  })
  .describe('Fitted on the training rows of each fold only.');

/** Methods that rank columns take `keep`; methods that measure each column against a cut-off take `threshold`. */
export const RANKING_METHODS = [
  'mutual_information',
  'anova',
  'chi_square',
  'l1',
  'importance',
  'recursive_elimination',
] as const;
export const THRESHOLD_METHODS = ['variance', 'missing_rate', 'correlation'] as const;

export const selectSchema = z
  .strictObject({
    method: z
      .enum(['none', ...THRESHOLD_METHODS, ...RANKING_METHODS])
      .default('none')
      .describe('How columns are chosen.'),
    keep: z
      .int()
      .min(1)
      .optional()
      .describe('How many columns to keep (ranking methods). Default: half of them, rounded up.'),
    threshold: z
      .number()
      .min(0)
      .optional()
      .describe(
        'Cut-off of the threshold methods. Default: variance 0, missing_rate 0.5, correlation 0.95.',
      ),
  })
  .describe('Which columns train, chosen on the training rows of each fold only.');

export const featuresSchema = z.strictObject({
  engineer: z
    .array(engineerStepSchema)
    .max(1000)
    .default([])
    .describe('New columns, in this order; each entry has one key.'),
  handle: handleSchema.prefault({}),
  select: selectSchema.prefault({}),
});

export type EngineerStep = z.output<typeof engineerStepSchema>;
export type Handle = z.output<typeof handleSchema>;
export type Select = z.output<typeof selectSchema>;
