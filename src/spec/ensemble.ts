import { z } from 'zod';

export const ensembleSchema = z.strictObject({
  size: z.int().min(2).max(20).default(5).describe('Of so many candidates at most, the best.'),
});
