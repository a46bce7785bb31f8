import { z } from 'zod';

/** A column name: 1–1,000 characters of any kind but NUL. */
export const columnName = z
  .string()
  .regex(/^[^\0]{1,1000}$/u, 'A column name holds 1 to 1,000 characters and no NUL.');

/** One column name or a list of them; always a list after parsing. */
export const columnNames = z
  .union([columnName, z.array(columnName).min(1).max(1000)])
  .transform((names) => (typeof names === 'string' ? [names] : names));
