import { z } from 'zod';
import type { Endpoint } from './endpoint.ts';
import { ROLES } from './endpoint.ts';
import { count, moment, next, pageQuery } from './fields.ts';
import { longAnswer } from './long-answer.ts';

export const session = z
  .strictObject({ actor: z.string(), role: z.enum(ROLES) })
  .meta({ id: 'Session', description: 'Who asks, and what they may do.' });
export type Session = z.output<typeof session>;

const service = z
  .strictObject({
    name: z.literal('partita'),
    version: z.string(),
    /** Temporal's own web pages, where they are ours. */
    temporalUi: z.string().nullable(),
    /** What file sources may be relative to. */
    folder: z.string(),
    /** Of the local engine on this machine, where a spec leaves them open. */
    threads: z.int(),
  })
  .meta({ id: 'Service' });
export type Service = z.output<typeof service>;

const finding = z
  .strictObject({
    name: z.string(),
    /** `warning`: works, or is needed for a part only. `problem`: nothing runs before it is solved. */
    level: z.enum(['ok', 'warning', 'problem']),
    found: z.string(),
    remedy: z.string().nullable(),
  })
  .meta({ id: 'Finding' });

const reference = z
  .strictObject({
    /** What specs write in place of an address: `${env:NAME}`. */
    reference: z.string(),
    of: z.enum(['source', 'engine']),
    /** Whether its variable is set where the server runs; null where the text names none. */
    isSet: z.boolean().nullable(),
  })
  .meta({ id: 'Reference', description: 'A database or a cluster that specs refer to.' });

/** What it is of, and the reference. */
const referenceCursor = z
  .string()
  .max(8000)
  .regex(/^(source|engine) [!-\uffff]+$/, { error: 'A cursor is the `next` of a page.' });

const brokenInvariant = z
  .strictObject({
    name: z.string(),
    /** What is wrong, as a plural. */
    what: z.string(),
    count,
    /** A few of them. */
    offenders: z.array(z.string()),
    remedy: z.string(),
  })
  .meta({ id: 'BrokenInvariant', description: 'What always holds of a record, but not of this.' });

const integrity = longAnswer(
  'Integrity',
  { checkId: z.string() },
  {
    /** When it was finished. */
    at: moment,
    /** Names of all that was looked at. */
    checked: z.array(z.string()),
    broken: z.array(brokenInvariant),
  },
);

export const sessionEndpoints = {
  'GET /health': {
    summary: 'Whether the server answers.',
    role: 'anyone',
    answer: z.strictObject({ status: z.literal('ok') }),
  },
  'GET /service': { summary: 'What this server is.', role: 'viewer', answer: service },
  'GET /doctor': {
    summary: 'What this machine has of what is needed, as `partita doctor` says it.',
    role: 'admin',
    answer: z.strictObject({ healthy: z.boolean(), findings: z.array(finding) }).meta({
      id: 'Diagnosis',
    }),
  },
  'POST /doctor/integrity': {
    summary:
      'Whether the rows of the record fit each other and its files are there, as `partita doctor --integrity` says it; with 202 where that takes longer.',
    role: 'admin',
    answer: integrity.done,
    also: { 202: integrity.working },
  },
  'GET /doctor/integrity/{check}': {
    summary: 'What was asked for; kept for ten minutes.',
    role: 'admin',
    params: z.strictObject({ check: z.string().max(100) }),
    answer: integrity.done,
    also: { 202: integrity.working },
  },
  'GET /references': {
    summary: 'Databases and clusters that specs name, by reference; no secret is told.',
    role: 'editor',
    query: pageQuery(500, 100).extend({ cursor: referenceCursor.optional() }),
    answer: z.strictObject({ references: z.array(reference), next }).meta({ id: 'ReferencePage' }),
  },
  'GET /session': { summary: 'Who asks.', role: 'viewer', answer: session },
  'POST /session': {
    summary: 'A token for a cookie: what a browser signs in with.',
    role: 'anyone',
    body: z.strictObject({ token: z.string().min(1).max(200) }),
    answer: session,
  },
  'DELETE /session': {
    summary: 'Takes the cookie away.',
    role: 'viewer',
    answer: z.strictObject({}),
  },
} as const satisfies { readonly [key: string]: Endpoint };
