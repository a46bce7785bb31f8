import { z } from 'zod';
import { columnName } from './column-name.ts';
import { duration } from './duration.ts';

export const validateSchema = z.strictObject({
  holdout: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.2)
    .describe('Share of rows that no choice ever sees: they give the honest score.'),
  folds: z.int().min(2).max(20).default(3).describe('Parts of the cross-validation.'),
  repeats: z
    .int()
    .min(1)
    .max(20)
    .optional()
    .describe(
      'How often it is done, with rows dealt to other folds each time; what the repeats say of one row counts as one. Default: 1.',
    ),
  scheme: z
    .enum(['stratified', 'shuffled', 'time', 'group'])
    .optional()
    .describe(
      'Default: `time` when `time` is declared, `group` when `group` is, else `stratified` (regression: `shuffled`).',
    ),
  group: columnName
    .optional()
    .describe('Column whose equal values never stand on two sides of a split.'),
  gap: duration
    .optional()
    .describe(
      'Time scheme: rows this long before a fold, or before the holdout, do not train what is scored there.',
    ),
  horizon: duration
    .optional()
    .describe(
      'Time scheme: each fold scores a span of this length, the last ends where the holdout starts. Default: folds of equal row counts.',
    ),
  window: duration
    .optional()
    .describe(
      'Time scheme: train on the rows of this long before the gap only (sliding). Default: on all earlier rows (expanding).',
    ),
  refit: z
    .enum(['training', 'all'])
    .default('training')
    .describe('Rows that the shipped model is fitted on; `all` adds the holdout after scoring.'),
});
