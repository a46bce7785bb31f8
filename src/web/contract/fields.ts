import { z } from 'zod';

/** Parts that many schemas have. */

/** A large document whose type the rest of the code knows; it is not checked again on its way out. */
export function document<Value>(id: string, description: string) {
  return z.custom<Value>(() => true).meta({ id, type: 'object', description });
}

export const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
/** ISO 8601, UTC. */
export const moment = z.string();
export const momentOrNull = moment.nullable();
/** Of any JSON. */
export const jsonObject = z.record(z.string(), z.unknown());
export const count = z.int().min(0);

export const runParams = z.strictObject({
  run: z.string().min(1).max(100).describe("A run's id, or a unique beginning of it."),
});
export const partitionParams = runParams.extend({
  partition: z
    .string()
    .regex(/^([0-9a-f]{32}|global)$/)
    .describe("A partition's id, or `global` for the model without partition."),
});

/** `cursor`: where the page before ended, from its `next`; left out for the first page. */
export function pageQuery(maximum: number, usual: number) {
  return z.strictObject({
    cursor: z.string().min(1).max(100).optional(),
    limit: z.coerce.number<string | number>().int().min(1).max(maximum).default(usual),
  });
}
/** Null: there is no further page. */
export const next = z.string().nullable();
