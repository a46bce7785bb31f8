import { z } from 'zod';
import type { JsonObject } from '../domain/json.ts';
import type { Spec } from './spec.ts';
import { specAsWritten } from './written/spec-as-written.ts';

/** What tells the spec of a run, as it is stored and handed out, from one that somebody wrote; the rest is checked afterwards. */
const storedSchema = z.looseObject({
  algorithms: z.undefined().optional(),
  candidates: z
    .array(
      z.looseObject({ algorithm: z.string().min(1), parameters: z.record(z.string(), z.json()) }),
    )
    .min(1),
  target: z.looseObject({ task: z.enum(['classification', 'regression']) }),
  features: z.looseObject({ engineer: z.array(z.json()) }),
  forecast: z.looseObject({ known: z.array(z.json()) }).optional(),
  tune: z.looseObject({}),
});

/** The spec of a run as one would write it, so that it can be asked for again; any other data as they are. */
export function writtenSpec(data: JsonObject): JsonObject {
  const stored = storedSchema.safeParse(data);
  return stored.success ? specAsWritten(data as unknown as Spec) : data;
}
