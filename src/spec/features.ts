import { z } from 'zod';

const column = z.string().min(1).max(1000);
const columns = z
  .union([column, z.array(column).min(1)])
  .transform((c) => (typeof c === 'string' ? [c] : c));
const name = column
  .optional()
  .describe('Name of the new column; a readable one is made when left out.');

/** Engineered columns. Each step is one object with one key; later steps may use columns of earlier ones. */
export const engineerStepSchema = z.union([
  z.strictObject({ calendar: column }),
  z.strictObject({
    lag: z.strictObject({ columns, steps: z.array(z.int().min(1).max(1000)).min(1) }),
  }),
  z.strictObject({
    rolling: z.strictObject({
      column,
      window: z.int().min(2).max(10_000),
      stat: z.enum(['mean', 'sum', 'min', 'max', 'std', 'median', 'count']).default('mean'),
      name,
    }),
  }),
  z.strictObject({
    difference: z.strictObject({ column, steps: z.int().min(1).max(1000).default(1), name }),
  }),
  z.strictObject({ ratio: z.tuple([column, column]) }),
  z.strictObject({ product: z.tuple([column, column]) }),
  z.strictObject({ log: columns }),
  z.strictObject({
    polynomial: z.strictObject({ columns, degree: z.int().min(2).max(5).default(2) }),
  }),
  z.strictObject({
    expression: z.strictObject({ name: column, formula: z.string().min(1).max(2000) }),
  }),
]);

const missing = z.union([
  z.enum(['auto', 'mean', 'median', 'mode', 'indicator', 'drop']),
  z.strictObject({ constant: z.union([z.number(), z.string()]) }),
]);
const outliers = z.union([
  z.enum(['none', 'iqr', 'winsorise', 'zscore']),
  z.strictObject({ iqr: z.number().positive() }),
  z.strictObject({ winsorise: z.number().gt(0).lt(0.5) }),
  z.strictObject({ zscore: z.number().positive() }),
]);
const encode = z.enum(['auto', 'one_hot', 'ordinal', 'frequency', 'target']);
const scale = z.enum(['auto', 'none', 'standard', 'min_max', 'robust']);

export const handleSchema = z.strictObject({
  missing: missing.default('auto'),
  outliers: outliers.default('none'),
  encode: encode.default('auto'),
  scale: scale.default('auto'),
  imbalance: z.enum(['none', 'class_weights', 'over_sample', 'under_sample']).default('none'),
  columns: z
    .record(
      column,
      z.strictObject({
        missing: missing.optional(),
        outliers: outliers.optional(),
        encode: encode.optional(),
        scale: scale.optional(),
      }),
    )
    .default({})
    .describe('Overrides for single columns.'),
});

export const selectSchema = z.strictObject({
  method: z
    .enum([
      'none',
      'variance',
      'missing_rate',
      'correlation',
      'mutual_information',
      'anova',
      'chi_square',
      'l1',
      'importance',
      'recursive_elimination',
    ])
    .default('none'),
  keep: z.int().min(1).optional().describe('How many columns to keep (ranking methods).'),
  threshold: z.number().min(0).optional().describe('Cut-off of the threshold methods.'),
});

export const featuresSchema = z.strictObject({
  engineer: z.array(engineerStepSchema).default([]),
  handle: handleSchema.prefault({}),
  select: selectSchema.prefault({}),
});

export type EngineerStep = z.output<typeof engineerStepSchema>;
export type Handle = z.output<typeof handleSchema>;
export type Select = z.output<typeof selectSchema>;
export type Features = z.output<typeof featuresSchema>;
