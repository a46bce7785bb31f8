import { z } from 'zod';
import { Failure } from '../../domain/failure.ts';

/** What handling has learned, as plain JSON: the part of a model that prepares its data. */

const clip = z.strictObject({ low: z.number(), high: z.number() });
const scaling = z.strictObject({ centre: z.number(), spread: z.number().positive() });

const numberState = z.strictObject({
  kind: z.literal('number'),
  column: z.string(),
  clip: clip.nullable(),
  /** null = a missing value stays missing. */
  fill: z.number().nullable(),
  /** Whether a feature says where a value was missing. */
  indicator: z.boolean(),
  scaling: scaling.nullable(),
});

/** One feature that looks its value up by level; null = missing. */
const codeFeature = z.strictObject({
  name: z.string(),
  values: z.array(z.number()),
  missing: z.number().nullable(),
  unseen: z.number().nullable(),
});
const encoding = z.discriminatedUnion('rule', [
  z.strictObject({
    rule: z.literal('one_hot'),
    /** Whether "missing" is a level with a feature of its own. */
    missing: z.boolean(),
  }),
  z.strictObject({
    rule: z.enum(['ordinal', 'frequency', 'target']),
    features: z.array(codeFeature).min(1),
  }),
]);

const categoryState = z
  .strictObject({
    kind: z.literal('category'),
    column: z.string(),
    levels: z.array(z.string()).min(1),
    /** The level that stands in for missing; null = the encoding knows what to do. */
    fill: z.string().nullable(),
    indicator: z.boolean(),
    encoding,
  })
  .refine(({ levels }) => new Set(levels).size === levels.length, 'Levels repeat.')
  .refine(
    ({ fill, levels }) => fill === null || levels.includes(fill),
    'The filling level is unknown.',
  )
  .refine(
    ({ encoding, levels }) =>
      encoding.rule === 'one_hot' ||
      encoding.features.every(({ values }) => values.length === levels.length),
    'Each level needs one value.',
  );

/** A column without any value in the training rows: a constant 0, whatever comes later. */
const emptyState = z.strictObject({ kind: z.literal('empty'), column: z.string() });

/** component = Σ vector · (feature − centre). */
const componentState = z
  .strictObject({
    centre: z.array(z.number()).min(1),
    vectors: z.array(z.array(z.number())).min(1),
  })
  .refine(
    ({ centre, vectors }) => vectors.every(({ length }) => length === centre.length),
    'Each vector needs a share for every feature.',
  );

const handlingState = z.strictObject({
  version: z.literal(1),
  columns: z.array(z.discriminatedUnion('kind', [numberState, categoryState, emptyState])),
  /** What becomes of all the features together; left out where they stay as they are. */
  components: componentState.optional(),
});

export type NumberState = z.output<typeof numberState>;
export type CodeFeature = z.output<typeof codeFeature>;
export type Encoding = z.output<typeof encoding>;
export type CodeEncoding = Exclude<Encoding, { readonly rule: 'one_hot' }>;
export type CategoryState = z.output<typeof categoryState>;
export type ComponentState = z.output<typeof componentState>;
export type HandlingState = z.output<typeof handlingState>;
export type ColumnState = HandlingState['columns'][number];

/** Throws `Failure('corrupt-object')` on anything that `fitHandling` did not write. */
export function parseHandlingState(json: unknown): HandlingState {
  const parsed = handlingState.safeParse(json);
  if (parsed.success) return parsed.data;
  const { path, message } = parsed.error.issues[0] ?? { path: [], message: 'unreadable' };
  const place = path.length === 0 ? 'its root' : path.join('.');
  throw new Failure(
    'corrupt-object',
    `The stored handling is damaged at ${place}: ${message} Train the model again.`,
    { cause: parsed.error },
  );
}
