import { z } from 'zod';
import { columnName, columnNames } from './column-name.ts';

/** What `partita map` applies to every partition. */
export const mapSchema = z
  .strictObject({
    function: z.string().min(1).max(4096).describe('A built-in one, or a file.'),
    args: z.record(z.string().min(1), z.json()).default({}).describe('What the function is told.'),
  })
  .describe(
    'For `partita map`: a built-in function, or a TypeScript file whose default export is a `partitionFunction`.',
  );

const columns = columnNames.optional().describe('Default: every column that suits.');
const id = columnName.optional().describe('The column that names a row.');
const seed = z.int().min(0).max(Number.MAX_SAFE_INTEGER).default(7);
const instant = z
  .string()
  .refine((text) => !Number.isNaN(instantMillis(text)), {
    message: 'Write a time such as 2026-01-31 or 2026-01-31T12:00:00Z.',
  })
  .describe('The second period begins here; UTC unless it names a zone.');

/** The built-in functions and what they are told; without `at` and `group` of their own they look at the whole partition. */
export const MAP_ARGS = {
  describe: z.strictObject({ columns }).describe('Counts, moments and quantiles of each column.'),
  missingness: z
    .strictObject({ columns })
    .describe('How many values are missing, and the longest gap in the order of the rows.'),
  ks_test: z
    .strictObject({ at: instant, columns })
    .describe('Two-sample Kolmogorov–Smirnov test of each number between two periods.'),
  psi: z
    .strictObject({ at: instant, columns, bins: z.int().min(2).max(100).default(10) })
    .describe('Population stability index of each column between two periods.'),
  anova: z
    .strictObject({ group: columnName, columns })
    .describe('One-way analysis of variance of each number between groups.'),
  kruskal: z
    .strictObject({ group: columnName, columns })
    .describe('Kruskal–Wallis test of each number between groups.'),
  adf: z
    .strictObject({
      columns,
      regression: z.enum(['n', 'c', 'ct']).default('c'),
      max_lag: z.int().min(0).max(1000).optional(),
      lags: z.enum(['aic', 'bic', 'fixed']).default('aic'),
    })
    .describe('Augmented Dickey–Fuller test of each number for a unit root, in time order.'),
  isolation_forest: z
    .strictObject({
      columns,
      id,
      trees: z.int().min(1).max(10_000).default(100),
      sample: z.int().min(2).max(100_000).default(256),
      contamination: z.union([z.literal('auto'), z.number().gt(0).lte(0.5)]).default('auto'),
      seed,
    })
    .describe('How alone each row is among those of its partition, from one half on an anomaly.'),
  k_means: z
    .strictObject({
      columns,
      id,
      clusters: z.int().min(1).max(1000).default(3),
      starts: z.int().min(1).max(100).default(10),
      seed,
    })
    .describe('Clusters of the rows of a partition, by their standardised numbers.'),
} as const;

export type MapFunctionName = keyof typeof MAP_ARGS;
export type MapArgs<Name extends MapFunctionName> = z.output<(typeof MAP_ARGS)[Name]>;

/** The built-in functions that compare or order rows by the column in `time`. */
const ORDERED: readonly string[] = ['ks_test', 'psi', 'adf'] satisfies MapFunctionName[];

export function isBuiltIn(name: string): name is MapFunctionName {
  return Object.hasOwn(MAP_ARGS, name);
}

/** True for the name of a file that can hold a function. */
export function isFunctionFile(name: string): boolean {
  return /\.[cm]?[jt]s$/.test(name);
}

export function needsTime(name: MapFunctionName): boolean {
  return ORDERED.includes(name);
}

/** Milliseconds since 1970 UTC; NaN for what is no time. */
export function instantMillis(text: string): number {
  if (!/^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.test(text))
    return Number.NaN;
  const iso = text.replace(' ', 'T');
  return Date.parse(iso.includes('T') && !/(Z|[+-]\d\d:\d\d)$/.test(iso) ? `${iso}Z` : iso);
}
