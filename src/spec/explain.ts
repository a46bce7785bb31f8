import { z } from 'zod';

export const explainSchema = z.strictObject({
  repeats: z
    .int()
    .min(1)
    .max(100)
    .default(5)
    .describe(
      "Permutation importance: how often a column's values are dealt anew among the holdout rows.",
    ),
  partial_dependence: z
    .int()
    .min(0)
    .max(20)
    .default(3)
    .describe('For so many columns, the most important first: how predictions move with them.'),
});
